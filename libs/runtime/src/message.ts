import type { ErrorData, NoexError, ProcessRef } from '@noex/contracts';

/** Text values that travel with a message (trace context, tenant, …). */
export type Headers = Readonly<Record<string, string>>;

/** Where the answer to a call goes: a promise on this node, or a peer. Each is answered at most once. */
export interface ReplyTarget {
  /** True when nobody waits for the answer any more: the request need not be worked on. */
  readonly abandoned: boolean;
  ok(value: unknown): void;
  /** The request was not carried out, or its process ended. */
  fail(error: NoexError): void;
  /** The handler threw. */
  threw(error: ErrorData, thrown: unknown): void;
}

export const MessageKind = { Call: 0, Cast: 1, Info: 2, Down: 3 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

/** One message in a mailbox. Messages are their own list nodes: an empty mailbox is two nulls. */
export class Message {
  next: Message | null = null;

  constructor(
    readonly kind: MessageKind,
    /** The handler it is for. */
    readonly name: string,
    readonly payload: unknown,
    readonly from: ProcessRef | undefined,
    readonly headers: Headers | undefined,
    /** Set for a call that is not yet answered. */
    public reply: ReplyTarget | null,
  ) {}
}
