import type { ProcessRef } from '@noex/contracts';

/** A message that is about to be sent; what is added to its headers travels with it. */
export interface SentMessage {
  readonly kind: 'call' | 'cast';
  readonly to: ProcessRef;
  /** The handler it is for. */
  readonly name: string;
  /** What travels with it; add to it before `next`. */
  readonly headers: Record<string, string>;
}

/** A message whose handler is about to run. */
export interface HandledMessage {
  readonly kind: 'call' | 'cast' | 'info';
  readonly name: string;
  readonly behavior: string;
  /** The process that handles it. */
  readonly process: ProcessRef;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Carries what belongs to a request (a trace, a user, a tenant) from the code that sends a message to the code that handles it.
 * Both methods call `next` once and return what it gives. They must not throw: what is told of a request must not break it.
 */
export interface ContextPropagator {
  /** Around the sending of a call or cast. For a call `next` gives a promise of the reply. */
  send<R>(message: SentMessage, next: () => R): R;
  /** Around the handler, its guards and interceptors included. */
  handle<R>(message: HandledMessage, next: () => R): R;
}
