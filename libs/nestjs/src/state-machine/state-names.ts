import type { StateMachineOptions } from './state.metadata.js';

interface StateHandler {
  readonly kind: string;
  readonly method: string;
  readonly states: readonly string[];
}

/** What the class of a state machine declares, its states complete. */
export interface DeclaredMachine {
  readonly initial: string;
  readonly states: readonly string[];
}

/** Whether there is a state for which neither of two handlers is the more special one. */
export function clash(one: readonly string[], other: readonly string[]): boolean {
  if (one.length === 0 || other.length === 0) return one.length === other.length;
  return one.some((state) => other.includes(state));
}

/** Throws TypeError where decorators and options contradict each other. */
export function declaredMachine(
  className: string,
  options: StateMachineOptions | undefined,
  handlers: readonly StateHandler[],
): DeclaredMachine | undefined {
  if (!options) {
    const stray = handlers.find(({ kind, states }) => states.length > 0 || MACHINE_KINDS.has(kind));
    if (!stray) return undefined;
    throw new TypeError(
      `${className}.${stray.method} is for a state machine: decorate the class with @StateMachine({ initial })`,
    );
  }
  const named = handlers.flatMap(({ states }) => states);
  const states = [...new Set(options.states ?? [options.initial, ...named])];
  const unknown = [options.initial, ...named].find((state) => !states.includes(state));
  if (unknown === undefined) return { initial: options.initial, states };
  throw new TypeError(
    `state machine ${className} names the state "${unknown}", which is not among its states: ${states.join(', ')}`,
  );
}

const MACHINE_KINDS = new Set(['enter', 'state_timeout', 'event_timeout']);
