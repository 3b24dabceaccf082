import type { ArgumentsHost } from '@nestjs/common';
import type { ProcessRef } from '@noex/contracts';
import type { Headers, ProcessContext } from '@noex/runtime';

/** What `getType()` of an execution context is while a behavior handles a message. */
export const NOEX_CONTEXT_TYPE = 'noex';

/** Messages that pass through guards, pipes, interceptors and filters. */
export type HandledKind = 'call' | 'cast' | 'info';

/** The arguments that guards, pipes, interceptors and filters see: `[payload, process, message]`. */
export type NoexArguments = readonly [
  payload: unknown,
  process: ProcessContext,
  message: { readonly kind: HandledKind; readonly name: string },
];

/**
 * Whether a guard, interceptor, filter or parameter decorator is at work on a behavior's message rather than on an HTTP request or
 * anything else.
 */
export function isNoexContext(host: ArgumentsHost): boolean {
  return host.getType<string>() === NOEX_CONTEXT_TYPE;
}

/** The message that a behavior handles, as what is bound to its handlers sees it. */
export class NoexContext {
  private constructor(private readonly args: NoexArguments) {}

  /** @throws TypeError in any other context; ask `isNoexContext` first where an enhancer serves several. */
  static from(host: ArgumentsHost): NoexContext {
    if (!isNoexContext(host)) {
      throw new TypeError(
        `this is the context of a ${host.getType<string>()} request, not of a behavior's message; ask isNoexContext() first`,
      );
    }
    return new NoexContext(host.getArgs<[...NoexArguments]>());
  }

  /** What was sent, before any pipe. */
  get payload(): unknown {
    return this.args[0];
  }

  /** The process that handles it. */
  get process(): ProcessContext {
    return this.args[1];
  }

  get kind(): HandledKind {
    return this.args[2].kind;
  }

  /** What its sender calls it by. */
  get message(): string {
    return this.args[2].name;
  }

  get headers(): Headers {
    return this.process.headers;
  }

  /** The process that sent it, if one did and it said so. */
  get from(): ProcessRef | undefined {
    return this.process.from;
  }
}
