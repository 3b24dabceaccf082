/**
 * What clients and servers of Nest microservices send each other. A client's process is the sender of all it sends, so that a
 * server knows whom to answer and whose end to watch; a request is known by that process and a number.
 *
 * A request is one call, `request`, open until the handler's stream has ended. Values before the last go ahead of its reply as
 * casts, `values`, no more than the client has granted room for (`credit`); the reply tells how many those were and brings the
 * end, with the last value where it came together with it. So what ends a call ends a stream too: a lost node, a drain, an ended process.
 */
export const RPC_SERVER = 'noex.rpc-server';
export const RPC_CLIENT = 'noex.rpc-client';

export interface RpcRequest {
  readonly id: number;
  /** Values that may be sent before more room is granted. */
  readonly credits: number;
  /** As the client's serializer made it. */
  readonly packet: unknown;
}

/** The reply to a request. */
export interface RpcEnd {
  /** Values sent before as casts. */
  readonly sent: number;
  /** As the server's serializer made it. */
  readonly packet: unknown;
}

/** Cast to the client. */
export interface RpcValues {
  readonly id: number;
  readonly packets: readonly unknown[];
}

/** Cast to the server: room for more values. */
export interface RpcCredit {
  readonly id: number;
  readonly credits: number;
}

/** Cast to the server: nobody wants the rest. The call is answered all the same. */
export interface RpcCancel {
  readonly id: number;
}
