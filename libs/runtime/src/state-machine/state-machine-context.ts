import type { ProcessContext } from '../process-context.js';
import type { TimeoutActions } from './transition.js';

/** What a handler of a state machine knows besides what every handler does. */
export interface StateContext<State extends string = string> extends ProcessContext {
  /** The state the machine is in; in an `enter` handler the one it comes into. */
  readonly state: State;
}

/**
 * How a handler that returns its reply asks for a transition: the class form. What it asks for is done when the handler has
 * returned, and not at all when it throws. All of it throws TypeError outside a handler.
 */
export interface StateMachineContext<State extends string = string> extends StateContext<State> {
  /** Goes to a state when this handler has returned. Not in an `enter` handler. The last call counts. */
  become(state: State, timeouts?: TimeoutActions): void;
  /** Handles this event again after the next change of state; a caller keeps waiting. For calls, casts and infos. */
  postpone(): void;
  /** Sets the state timeout of the state the machine is in after this event; `Infinity` takes it off. */
  stateTimeout(timeoutMs: number): void;
  /** Sets the event timeout; any event that is handled takes it off. */
  eventTimeout(timeoutMs: number): void;
}
