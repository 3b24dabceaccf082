import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { CallOptions, DownListener, Headers, Messenger, Monitor } from '@noex/runtime';
import type { HandlerDefinition } from '../behavior/behavior-metadata.js';
import type { Handler } from '../enhancers/enhanced-handler.js';
import type { ContextPropagator, HandledMessage, SentMessage } from './context-propagator.js';

/** The propagators of one app around everything it sends and handles. Without any, nothing is wrapped. */
export class Propagation {
  constructor(private readonly propagators: readonly ContextPropagator[]) {}

  get isEmpty(): boolean {
    return this.propagators.length === 0;
  }

  /** The handler with its context; only of what somebody sent. */
  handler(behavior: string, { kind, name }: HandlerDefinition, run: Handler): Handler {
    if (this.isEmpty || (kind !== 'call' && kind !== 'cast' && kind !== 'info')) return run;
    return (instance, payload, context) => {
      const message: HandledMessage = {
        kind,
        name,
        behavior,
        process: context.self,
        headers: context.headers,
      };
      return this.nested(
        (propagator, next) => propagator.handle(message, next),
        0,
        () => run(instance, payload, context),
      );
    };
  }

  send<R>(message: SentMessage, next: () => R): R {
    return this.nested((propagator, inner) => propagator.send(message, inner), 0, next);
  }

  private nested<R>(
    around: (propagator: ContextPropagator, next: () => R) => R,
    at: number,
    next: () => R,
  ): R {
    const propagator = this.propagators[at];
    return propagator ? around(propagator, () => this.nested(around, at + 1, next)) : next();
  }
}

/** Sends as another does, with the context of the code that sends. */
export class PropagatingMessenger implements Messenger {
  constructor(
    private readonly messenger: Messenger,
    private readonly propagation: Propagation,
  ) {}

  call(
    to: ProcessRef,
    name: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<unknown> {
    const headers = { ...options?.headers };
    return this.propagation.send({ kind: 'call', to, name, headers }, () =>
      this.messenger.call(to, name, payload, { ...options, headers }, from),
    );
  }

  cast(to: ProcessRef, name: string, payload: unknown, given?: Headers, from?: ProcessRef): boolean {
    const headers = { ...given };
    return this.propagation.send({ kind: 'cast', to, name, headers }, () =>
      this.messenger.cast(to, name, payload, headers, from),
    );
  }

  castAsync(
    to: ProcessRef,
    name: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<void> {
    const headers = { ...options?.headers };
    return this.propagation.send({ kind: 'cast', to, name, headers }, () =>
      this.messenger.castAsync(to, name, payload, { ...options, headers }, from),
    );
  }

  send(to: ProcessRef, name: string, payload: unknown, from?: ProcessRef): boolean {
    return this.messenger.send(to, name, payload, from);
  }

  monitor(target: ProcessRef, down: DownListener): Monitor {
    return this.messenger.monitor(target, down);
  }

  exit(target: ProcessRef, reason: ExitReason): void {
    this.messenger.exit(target, reason);
  }

  link(...ends: Parameters<Messenger['link']>): void {
    this.messenger.link(...ends);
  }
}
