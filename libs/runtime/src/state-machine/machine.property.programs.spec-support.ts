import fc from 'fast-check';

export const STATES = ['a', 'b', 'c'] as const;
export const EVENTS = ['e0', 'e1', 'e2', 'e3'] as const;
export type State = (typeof STATES)[number];

export interface Rule {
  readonly to: State | undefined;
  readonly postpone: boolean;
  readonly timeoutMs: number | undefined;
  readonly eventTimeoutMs: number | undefined;
  readonly fails: boolean;
  readonly isAsync: boolean;
}

interface StateRules {
  /** By event; undefined: the state has no handler for it. */
  readonly events: readonly (Rule | undefined)[];
  readonly enter: Rule;
  readonly stateTimeout: Rule;
  readonly eventTimeout: Rule;
}

export interface Sent {
  readonly kind: 'call' | 'cast';
  readonly event: number;
  /** How long the caller waits. */
  readonly patienceMs: number;
}

export interface Step {
  readonly sent: readonly Sent[];
  readonly thenMs: number;
}

export type Program = Readonly<Record<State, StateRules>>;

const rule = (allowed: { to?: boolean; postpone?: boolean; fails: number }): fc.Arbitrary<Rule> =>
  fc.record({
    to: allowed.to ? fc.option(fc.constantFrom(...STATES), { nil: undefined }) : fc.constant(undefined),
    postpone: allowed.postpone ? fc.boolean() : fc.constant(false),
    timeoutMs: fc.constantFrom(undefined, undefined, 20, 50, Infinity),
    eventTimeoutMs: fc.constantFrom(undefined, undefined, 20, 30, Infinity),
    fails: fc.integer({ min: 1, max: 100 }).map((n) => n <= allowed.fails),
    isAsync: fc.boolean(),
  });

const stateRules: fc.Arbitrary<StateRules> = fc.record({
  events: fc.tuple(
    ...EVENTS.map(() => fc.option(rule({ to: true, postpone: true, fails: 8 }), { nil: undefined, freq: 6 })),
  ),
  enter: rule({ fails: 3 }),
  stateTimeout: rule({ to: true, fails: 1 }),
  eventTimeout: rule({ to: true, fails: 1 }),
});
/** Events that are postponed with a change of state only go up, or they would be handled again for ever. */
function upOnly(rules: Program): Program {
  const tame = (state: State): StateRules => ({
    ...rules[state],
    events: rules[state].events.map((r) =>
      r?.postpone && r.to && r.to < state ? { ...r, to: undefined } : r,
    ),
  });
  return { a: tame('a'), b: tame('b'), c: tame('c') };
}

export const program = fc.record({ a: stateRules, b: stateRules, c: stateRules }).map(upOnly);
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    sent: fc.array(
      fc.record({
        kind: fc.constantFrom('call' as const, 'cast' as const),
        event: fc.nat(EVENTS.length - 1),
        patienceMs: fc.constantFrom(10, 40, Infinity),
      }),
      { maxLength: 5 },
    ),
    thenMs: fc.constantFrom(0, 10, 20, 30, 60),
  }),
  { maxLength: 8 },
);
