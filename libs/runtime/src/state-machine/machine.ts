import { MessageRejected, NO_HANDLER, POSTPONED } from '../behavior.js';
import type { Process } from '../process.js';
import { MachineContext } from './machine-context.js';
import type { MachineDefinition, MachineHandler, StateTable } from './machine-definition.js';
import { MachineTimeouts, type TimeoutName } from './machine-timeouts.js';
import type { Transition } from './transition.js';

/**
 * One running state machine: the engine of both forms. Semantics: OTP manual, gen_statem, with `state_functions` and
 * `state_enter`; https://www.erlang.org/doc/apps/stdlib/gen_statem.html. It differs where this product does:
 *
 * - A handler that fails changes nothing: not the state, not the data, not the timeouts. `enter` belongs to the event that
 *   caused it: if it throws, the transition did not take place.
 * - An event that fails, or that the state has no handler for, does not take the event timeout off.
 */
export class Machine {
  /** Empty until `init` has chosen. */
  state = '';
  data: unknown = undefined;
  // Private to the engine, so that whoever looks at a process' state sees the two fields above.
  readonly #context: MachineContext;
  readonly #timeouts: MachineTimeouts;
  readonly #definition: MachineDefinition;
  readonly #process: Process;

  constructor(definition: MachineDefinition, process: Process) {
    this.#definition = definition;
    this.#process = process;
    this.#context = new MachineContext(process, () => this.state);
    this.#timeouts = new MachineTimeouts(process);
  }

  // Where the process was killed while async code was at work, nothing follows any more.

  start(args: unknown): unknown {
    this.#context.begin();
    return attempt(
      () => this.#definition.init(args, this.#context),
      (chosen) => {
        if (!this.#process.alive) return undefined;
        const first = chosen as Transition;
        if (first.state === undefined || first.postpone) throw this.#wrong('must choose a state in init');
        this.#check(first, first.state);
        return this.#enter(first, first.state, undefined);
      },
    );
  }

  event(kind: 'call' | 'cast' | 'info', name: string, payload: unknown): unknown {
    const handler = this.#table[kind].get(name);
    if (handler) return this.#handle(handler, payload, true);
    if (kind !== 'call') return NO_HANDLER;
    throw new MessageRejected(
      `behavior "${this.#definition.name}" has no call handler "${name}" in state "${this.state}"`,
      [],
    );
  }

  down(news: unknown): unknown {
    const { down } = this.#table;
    return down ? this.#handle(down, news, false) : NO_HANDLER;
  }

  timeout(name: TimeoutName, token: unknown): unknown {
    if (!this.#timeouts.take(name, token)) return undefined;
    const { stateTimeout, eventTimeout } = this.#table;
    // It was checked when the timeout was set.
    return this.#handle((name === 'state_timeout' ? stateTimeout : eventTimeout)!, this.state, false);
  }

  terminate(reason: Parameters<NonNullable<MachineDefinition['terminate']>>[0]): unknown {
    return this.#definition.terminate?.(reason, this.data, this.#context);
  }

  get #table(): StateTable {
    return this.#definition.states.get(this.state)!;
  }

  #handle(handler: MachineHandler, payload: unknown, postponable: boolean): unknown {
    return attempt(
      () => this.#run(handler, payload),
      (returned) => {
        if (!this.#process.alive) return undefined;
        const transition = this.#definition.decided(returned, this.#context);
        const state = transition.state ?? this.state;
        if (transition.postpone && !postponable)
          throw this.#wrong('can postpone calls, casts and infos only');
        this.#check(transition, state);
        if (state !== this.state) return this.#enter(transition, state, this.state);
        if (!transition.keepsData) this.data = transition.data;
        return this.#commit(transition, undefined, false);
      },
    );
  }

  #run(handler: MachineHandler, payload: unknown): unknown {
    this.#context.begin();
    return handler(payload, this.data, this.#context);
  }

  /** Changes the state: its `enter` first, then what follows from the change. All of it, or nothing. */
  #enter(transition: Transition, state: string, from: string | undefined): unknown {
    const { state: oldState, data: oldData } = this;
    this.state = state;
    if (!transition.keepsData) this.data = transition.data;
    const { enter } = this.#table;
    if (!enter) return this.#commit(transition, undefined, true);
    return attempt(
      () => this.#run(enter, from),
      (returned) => {
        const entered = this.#definition.decided(returned, this.#context);
        if (entered.postpone || (entered.state ?? state) !== state) {
          throw this.#wrong(`cannot change state or postpone while it enters "${state}"`);
        }
        this.#check(entered, state);
        if (!entered.keepsData) this.data = entered.data;
        return this.#commit(transition, entered, true);
      },
      () => {
        this.state = oldState;
        this.data = oldData;
      },
    );
  }

  #commit(transition: Transition, entered: Transition | undefined, changed: boolean): unknown {
    const timeouts = this.#timeouts;
    timeouts.clear('event_timeout');
    if (changed) timeouts.clear('state_timeout');
    const timeoutMs = entered?.timeoutMs ?? transition.timeoutMs;
    const eventTimeoutMs = entered?.eventTimeoutMs ?? transition.eventTimeoutMs;
    if (timeoutMs !== undefined) timeouts.set('state_timeout', timeoutMs);
    if (eventTimeoutMs !== undefined) timeouts.set('event_timeout', eventTimeoutMs);
    if (changed) this.#process.retryPostponed();
    return transition.postpone ? POSTPONED : transition.reply;
  }

  /** Refuses what a transition cannot do, before any of it is done. */
  #check({ timeoutMs, eventTimeoutMs }: Transition, state: string): void {
    const table = this.#definition.states.get(state);
    if (!table) {
      const known = [...this.#definition.states.keys()].join(', ');
      throw this.#wrong(`has no state "${state}"; it has: ${known}`);
    }
    this.#checkTimeout('state timeout', timeoutMs, table.stateTimeout, state);
    this.#checkTimeout('event timeout', eventTimeoutMs, table.eventTimeout, state);
  }

  #checkTimeout(what: string, ms: number | undefined, handler: unknown, state: string): void {
    if (ms === undefined) return;
    if (!(ms >= 0))
      throw this.#wrong(`takes 0 or more milliseconds for its ${what} (Infinity = none), got ${ms}`);
    if (!handler && ms !== Infinity) throw this.#wrong(`has no ${what} handler in state "${state}"`);
  }

  #wrong(what: string): TypeError {
    return new TypeError(`state machine "${this.#definition.name}" ${what}`);
  }
}

/** Goes on with what `work` gives, at once or when its promise has settled. `undo` runs if either of the two fails. */
function attempt(work: () => unknown, next: (value: unknown) => unknown, undo?: () => void): unknown {
  const failed = (error: unknown): never => {
    undo?.();
    throw error;
  };
  try {
    const value = work();
    return isThenable(value) ? Promise.resolve(value).then(next).catch(failed) : next(value);
  } catch (error) {
    return failed(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
