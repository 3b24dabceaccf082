import { Context } from '../context.js';
import type { Process } from '../process.js';
import type { StateMachineContext } from './state-machine-context.js';
import { Transition, type TimeoutActions } from './transition.js';

/** What a handler asked for so far. */
interface Request {
  state?: string;
  postpone?: boolean;
  timeoutMs?: number;
  eventTimeoutMs?: number;
}

/** The face of a state machine's process. Handlers run one at a time, so one collection of requests is enough. */
export class MachineContext extends Context implements StateMachineContext {
  /** Undefined while no handler is at work. */
  #request: Request | undefined;
  readonly #state: () => string;

  constructor(process: Process, state: () => string) {
    super(process);
    this.#state = state;
  }

  get state(): string {
    return this.#state();
  }

  become(state: string, timeouts: TimeoutActions = {}): void {
    const { timeoutMs, eventTimeoutMs } = timeouts;
    const request = this.#open('become');
    request.state = state;
    if (timeoutMs !== undefined) request.timeoutMs = timeoutMs;
    if (eventTimeoutMs !== undefined) request.eventTimeoutMs = eventTimeoutMs;
  }

  postpone(): void {
    this.#open('postpone').postpone = true;
  }

  stateTimeout(timeoutMs: number): void {
    this.#open('stateTimeout').timeoutMs = timeoutMs;
  }

  eventTimeout(timeoutMs: number): void {
    this.#open('eventTimeout').eventTimeoutMs = timeoutMs;
  }

  /** For the machine: a handler begins, and has asked for nothing yet. */
  begin(): void {
    this.#request = {};
  }

  /** For the machine: the handler has returned; what it asked for, as the transition it stands for. */
  requested(reply: unknown): Transition {
    const { state, postpone = false, timeoutMs, eventTimeoutMs } = this.#request ?? {};
    this.#request = undefined;
    return new Transition(state, undefined, true, reply, postpone, timeoutMs, eventTimeoutMs);
  }

  #open(method: string): Request {
    if (this.#request) return this.#request;
    throw new TypeError(
      `ctx.${method}() is for a handler at work; process ${this.self.toString()} has none now`,
    );
  }
}
