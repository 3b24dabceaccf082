import type { ExitReason } from '@noex/contracts';
import {
  NO_HANDLER,
  type BehaviorDriver,
  type DrainResult,
  type ProcessCell,
  type ProcessDown,
} from './behavior.js';
import { anyAsync } from './activity.js';
import type { MailboxOptions } from './mailbox.js';
import type { ProcessContext } from './process-context.js';

type MaybePromise<T> = T | Promise<T>;

/* eslint-disable @typescript-eslint/no-explicit-any -- tables of handlers with payloads of their own types */
export type CallHandlers<State> = Record<
  string,
  (payload: any, state: State, context: ProcessContext) => MaybePromise<readonly [reply: any, state: State]>
>;
export type MessageHandlers<State> = Record<
  string,
  (payload: any, state: State, context: ProcessContext) => MaybePromise<State>
>;
/* eslint-enable @typescript-eslint/no-explicit-any */

/**
 * A behavior as a table of functions over an explicit state (OTP's gen_server): each handler gets the payload and the
 * state and returns the next state; call handlers return `[reply, nextState]`.
 */
export interface PlainBehavior<
  State,
  Args,
  Calls extends CallHandlers<State> = CallHandlers<State>,
  Casts extends MessageHandlers<State> = MessageHandlers<State>,
> {
  readonly name: string;
  readonly init: (args: Args, context: ProcessContext) => MaybePromise<State>;
  readonly handleCall?: Calls;
  readonly handleCast?: Casts;
  readonly handleInfo?: MessageHandlers<State>;
  readonly handleDown?: (down: ProcessDown, state: State, context: ProcessContext) => MaybePromise<State>;
  readonly terminate?: (reason: ExitReason, state: State, context: ProcessContext) => unknown;
  /**
   * Runs before `terminate` where the process stops because its node leaves: the place to save the state, or to give it to a process of
   * another node and return `{ handedOver: true }`. May take `shutdownMs`.
   */
  readonly onDrain?: (state: State, context: ProcessContext) => MaybePromise<DrainResult | void>;
  /** A call handler that throws also ends the process (strict OTP). Default false. */
  readonly crashOnCallError?: boolean;
  /** Time `terminate` may take, in milliseconds. Default 5000. */
  readonly shutdownMs?: number;
  readonly mailbox?: MailboxOptions;
  /**
   * Whether its process is known to the code its handlers start, after an `await` too (see `runActivity`). Default: whether any
   * of its functions is declared `async`. Set it where a function returns a promise or leaves one alone without being so.
   */
  readonly followed?: boolean;
}

/** Types a plain behavior from its own handlers; returns it unchanged. */
export function defineBehavior<
  State,
  Args,
  Calls extends CallHandlers<State>,
  Casts extends MessageHandlers<State>,
>(behavior: PlainBehavior<State, Args, Calls, Casts>): PlainBehavior<State, Args, Calls, Casts> {
  return behavior;
}

/** How long `terminate` may take when its behavior does not say. */
export const DEFAULT_SHUTDOWN_MS = 5000;

/** Runs a plain behavior. */
export function plainDriver<State, Args>(typed: PlainBehavior<State, Args>): BehaviorDriver {
  // A driver passes on what came with a message and the state it was given back: the types were checked where they meet.
  const behavior = typed as unknown as PlainBehavior<unknown, never>;
  const calls = new Map(Object.entries(behavior.handleCall ?? {}));
  const casts = new Map(Object.entries(behavior.handleCast ?? {}));
  const infos = new Map(Object.entries(behavior.handleInfo ?? {}));
  const { handleDown, terminate, onDrain } = behavior;

  const next = (cell: ProcessCell, result: unknown): unknown => {
    if (result instanceof Promise) return result.then((state) => void (cell.state = state));
    cell.state = result;
    return undefined;
  };
  const tell = (handlers: typeof casts, cell: ProcessCell, name: string, payload: unknown): unknown => {
    const handler = handlers.get(name);
    return handler ? next(cell, handler(payload, cell.state, cell.context)) : NO_HANDLER;
  };
  const answer = (cell: ProcessCell, result: readonly [unknown, unknown]): unknown => {
    cell.state = result[1];
    return result[0];
  };

  return {
    name: behavior.name,
    crashOnCallError: behavior.crashOnCallError ?? false,
    shutdownMs: behavior.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    ...(behavior.mailbox && { mailbox: behavior.mailbox }),
    followed:
      behavior.followed ??
      anyAsync([
        behavior.init,
        handleDown,
        terminate,
        onDrain,
        ...calls.values(),
        ...casts.values(),
        ...infos.values(),
      ]),
    init: (cell, args) => next(cell, behavior.init(args as never, cell.context)),
    call(cell, name, payload) {
      const handler = calls.get(name);
      if (!handler) return NO_HANDLER;
      const result = handler(payload, cell.state, cell.context);
      return result instanceof Promise ? result.then((r) => answer(cell, r)) : answer(cell, result);
    },
    cast: (cell, name, payload) => tell(casts, cell, name, payload),
    info: (cell, name, payload) => tell(infos, cell, name, payload),
    down: (cell, down) => (handleDown ? next(cell, handleDown(down, cell.state, cell.context)) : NO_HANDLER),
    terminate: terminate && ((cell, reason) => terminate(reason, cell.state, cell.context)),
    ...(onDrain && { drain: (cell: ProcessCell) => onDrain(cell.state as never, cell.context) }),
  };
}
