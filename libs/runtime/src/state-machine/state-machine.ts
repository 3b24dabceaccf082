import type { ExitReason } from '@noex/contracts';
import type { ProcessDown } from '../behavior.js';
import type { MailboxOptions } from '../mailbox.js';
import type { ProcessContext } from '../process-context.js';
import type { MachineMessages } from './machine-messages.js';
import type { StateContext } from './state-machine-context.js';
import type { Transition } from './transition.js';

type MaybePromise<T> = T | Promise<T>;

/** What a handler may answer; nothing is the same as `keep()`. */
type Outcome<State extends string, Data> = MaybePromise<Transition<State, Data> | void>;

/** What an `enter` handler may answer: no other state, and nobody to reply to. */
type EnterOutcome<Data> = MaybePromise<Transition<never, Data, undefined> | void>;

/* eslint-disable @typescript-eslint/no-explicit-any -- tables of handlers with payloads of their own types */
export type EventHandlers<State extends string, Data> = Record<
  string,
  (payload: any, data: Data, context: StateContext<State>) => Outcome<State, Data>
>;
/* eslint-enable @typescript-eslint/no-explicit-any */

type TimeoutHandler<State extends string, Data> = (
  data: Data,
  context: StateContext<State>,
) => Outcome<State, Data>;

/** Handlers that hold in every state; a state's own come first. */
export interface AnyState<State extends string, Data> {
  readonly call?: EventHandlers<State, Data>;
  readonly cast?: EventHandlers<State, Data>;
  readonly info?: EventHandlers<State, Data>;
  /** The state timeout (`timeoutMs`) ran out. */
  readonly timeout?: TimeoutHandler<State, Data>;
  /** The event timeout (`eventTimeoutMs`) ran out. */
  readonly eventTimeout?: TimeoutHandler<State, Data>;
}

export interface StateDefinition<State extends string, Data> extends AnyState<State, Data> {
  /** Runs whenever the machine comes into this state from another, and at the start: then `from` is undefined. */
  readonly enter?: (data: Data, context: StateContext<State>, from: State | undefined) => EnterOutcome<Data>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the defaults stand for any machine */
/** See {@link defineStateMachine}. */
export interface StateMachine<Data, Args, State extends string = any, States = unknown, Any = unknown> {
  readonly name: string;
  /** Chooses the first state: `next('closed', data)`. */
  readonly init: (args: Args, context: ProcessContext) => MaybePromise<Transition<NoInfer<State>, Data>>;
  readonly states: Record<State, StateDefinition<NoInfer<State>, NoInfer<Data>>> & States;
  readonly any?: AnyState<NoInfer<State>, NoInfer<Data>> & Any;
  /** A monitored process is gone, in whatever state. This event cannot be postponed. */
  readonly handleDown?: (
    down: ProcessDown,
    data: NoInfer<Data>,
    context: StateContext<NoInfer<State>>,
  ) => Outcome<NoInfer<State>, NoInfer<Data>>;
  readonly terminate?: (
    reason: ExitReason,
    data: NoInfer<Data>,
    context: StateContext<NoInfer<State>>,
  ) => unknown;
  /** A call handler that throws also ends the process (strict OTP). Default false. */
  readonly crashOnCallError?: boolean;
  /** Time `terminate` may take, in milliseconds. Default 5000. */
  readonly shutdownMs?: number;
  readonly mailbox?: MailboxOptions;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/**
 * A state machine as tables of functions, one table for each state (OTP manual, gen_statem, `state_functions` with
 * `state_enter`). A handler gets the payload and the data, and says with `next`, `keep` or `postpone` what follows. Types
 * come from the definition itself: the data from `init`, the states from the keys of `states`. Returns it unchanged.
 *
 * A handler that throws changes neither state nor data (but what it changed inside the data object stays changed), nor does
 * one whose transition's `enter` throws. An event that the state has no handler for is refused (call) or dropped (cast, info)
 * as in any behavior; to keep it for later, name it and `postpone()`.
 */
export function defineStateMachine<Data, Args, State extends string, States, Any = Record<never, never>>(
  machine: StateMachine<Data, Args, State, States, Any>,
): StateMachine<Data, Args, State> & MachineMessages<States[keyof States] | Any> {
  return machine;
}
