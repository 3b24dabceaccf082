import { InvalidMessageError, type NoexError, type ProcessRef } from '@noex/contracts';
import {
  defineBehavior,
  MessageRejected,
  plainDriver,
  type BehaviorDriver,
  type Headers,
  type ProcessContext,
} from '@noex/runtime';
import { ResponseStream, type StreamEnd } from './response-stream.js';
import {
  RPC_SERVER,
  type RpcCancel,
  type RpcCredit,
  type RpcEnd,
  type RpcRequest,
  type RpcValues,
} from './rpc-messages.js';
import { ServedRequests } from './served-requests.js';

/** A packet as it came, and what came with it. */
export interface IncomingPacket {
  readonly packet: unknown;
  readonly from: ProcessRef;
  readonly headers: Headers;
}

/** What the process of a server needs of the server. */
export interface ServerHost {
  /** Requests that may be worked on at once. */
  readonly maxRequests: number;
  /** Values of one response that may wait for room. */
  readonly streamBuffer: number;
  /** Why it takes no request; undefined where it does. */
  refusal(): NoexError | undefined;
  overloaded(): NoexError;
  /** Runs the handler; its values, or what it throws, go into the stream. Returns what stops it. Never throws. */
  request(message: IncomingPacket, stream: ResponseStream, context: ProcessContext): () => void;
  /** Never throws. */
  event(message: IncomingPacket, context: ProcessContext): void;
  serialize(end: StreamEnd | { readonly response: unknown }): unknown;
  /** Sends values to a client; resolves when they are on their way. */
  send(client: ProcessRef, values: RpcValues): Promise<void>;
}

/**
 * The process through which a node's handlers are reached. It hands each message on and is free for the next at once: handlers run
 * side by side, as Nest's do, and calls are answered when they are done.
 */
export function serverDriver(host: ServerHost): BehaviorDriver {
  return plainDriver(
    defineBehavior({
      name: RPC_SERVER,
      init: () => new ServedRequests(),
      handleCall: {
        request(request: RpcRequest, served, context) {
          const refusal = served.size >= host.maxRequests ? host.overloaded() : host.refusal();
          if (refusal) throw rejection(refusal);
          serve(host, served, request, context);
          return [undefined, served] as const;
        },
      },
      handleCast: {
        event(packet: unknown, served, context) {
          host.event({ packet, from: senderOf(context), headers: context.headers }, context);
          return served;
        },
        credit({ id, credits }: RpcCredit, served, context) {
          served.find(senderOf(context), id)?.stream.grant(credits);
          return served;
        },
        cancel({ id }: RpcCancel, served, context) {
          served.find(senderOf(context), id)?.cancel();
          return served;
        },
      },
      handleDown({ ref }, served) {
        served.clientEnded(ref);
        return served;
      },
      terminate: (_, served) => served.cancelAll(),
    }),
  );
}

function serve(
  host: ServerHost,
  served: ServedRequests,
  { id, credits, packet }: RpcRequest,
  context: ProcessContext,
): void {
  const from = senderOf(context);
  const reply = context.deferReply<RpcEnd>();
  let stop = (): void => {};
  const ended = () => {
    served.remove(from, id);
    stop();
  };
  const end = (last: StreamEnd, sent: number) => {
    ended();
    try {
      reply.ok({ sent, packet: host.serialize(last) });
    } catch (error) {
      reply.fail(error);
    }
  };
  const stream = new ResponseStream(
    {
      send: async (values) =>
        host.send(from, { id, packets: values.map((response) => host.serialize({ response })) }),
      end,
      fail(error) {
        ended();
        reply.fail(error);
      },
    },
    credits,
    host.streamBuffer,
  );
  const cancel = () => {
    if (stream.isClosed) return;
    stream.cancel();
    end({ isDisposed: true }, 0);
  };
  served.add(from, id, { stream, cancel }, context);
  stop = host.request({ packet, from, headers: context.headers }, stream, context);
}

/** Clients send as a process of theirs. */
function senderOf({ from }: ProcessContext): ProcessRef {
  if (from) return from;
  throw rejection(new InvalidMessageError('a message for Nest microservices came from no client'));
}

function rejection(cause: NoexError): MessageRejected {
  return new MessageRejected(cause.message, [], { cause });
}
