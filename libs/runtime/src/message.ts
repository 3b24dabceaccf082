import type { ErrorData, NoexError, ProcessRef } from '@noex/contracts';
import type { CallTiming, LatencyHistogram } from './latency.js';

/** Text values that travel with a message (trace context, tenant, …). */
export type Headers = Readonly<Record<string, string>>;

/** Where the answer to a call goes: a promise on this node, or a peer. Each is answered at most once. */
export interface ReplyTarget {
  /** The caller is on another node. */
  readonly fromPeer?: boolean;
  /** Where it is counted how long the answer to a peer took; undefined = nowhere. */
  latency?: LatencyHistogram | undefined;
  /** The same for a caller of this node. */
  timing?: CallTiming | undefined;
  /** True when nobody waits for the answer any more: the request need not be worked on. */
  readonly abandoned: boolean;
  ok(value: unknown): void;
  /** The request was not carried out, or its process ended. */
  fail(error: NoexError): void;
  /** The handler threw. */
  threw(error: ErrorData, thrown: unknown): void;
}

/** `Down` and `Exit` are news of other processes, `Timeout` is its behavior's own; no mailbox refuses them. */
export const MessageKind = { Call: 0, Cast: 1, Info: 2, Down: 3, Exit: 4, Timeout: 5 } as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

/** A process that waits, inside a handler, for the call that carries this step. */
export interface CallStep {
  readonly ref: ProcessRef;
  /** Which of its messages it is handling, counted from its start. */
  readonly turn: number;
}

/** Who called whom so that this call came to be, outermost first. */
export type CallPath = readonly CallStep[];

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
    /** Set for a call made inside a handler. */
    readonly path: CallPath | undefined = undefined,
  ) {}
}

/**
 * News of another process' end, part of the promises of monitors and links, and a state machine's few timeouts: no full
 * mailbox stops them.
 */
export function isNews({ kind }: Message): boolean {
  return kind === MessageKind.Down || kind === MessageKind.Exit || kind === MessageKind.Timeout;
}
