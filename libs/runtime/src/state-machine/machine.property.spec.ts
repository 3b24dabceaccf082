import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from '../local-node.js';
import type { MachineContext } from './machine-context.js';
import type { MachineHandler, StateTable } from './machine-definition.js';
import { machineDriver } from './machine.driver.js';
import { keep, next, Transition } from './transition.js';

/**
 * Random machines under random bursts of calls and casts, against a model that is a plain queue and two due times. Every time
 * is a multiple of the timer wheel's tick, so that nothing is late.
 */
const STATES = ['a', 'b', 'c'] as const;
const EVENTS = ['e0', 'e1', 'e2', 'e3'] as const;
type State = (typeof STATES)[number];

interface Rule {
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

interface Sent {
  readonly kind: 'call' | 'cast';
  readonly event: number;
  /** How long the caller waits. */
  readonly patienceMs: number;
}

interface Step {
  readonly sent: readonly Sent[];
  readonly thenMs: number;
}

type Program = Readonly<Record<State, StateRules>>;

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

const program = fc.record({ a: stateRules, b: stateRules, c: stateRules }).map(upOnly);
const steps: fc.Arbitrary<Step[]> = fc.array(
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

/** What can be seen of a run. */
interface Seen {
  readonly trace: string[];
  /** How each call ended; undefined: not yet. */
  readonly ends: (string | undefined)[];
  readonly noHandler: number;
  readonly gaveUp: number;
  readonly alive: boolean;
  /** Timers that run: timeouts, and callers who wait. */
  readonly timers: number;
}

interface Queued {
  readonly kind: 'call' | 'cast' | 'stateTimeout' | 'eventTimeout';
  readonly id: number;
  readonly event: number;
}

/** What gen_statem would do, over plain data. */
class Model {
  readonly trace: string[] = [];
  readonly ends: (string | undefined)[] = [];
  private now = 0;
  private state: State = 'a';
  private queue: Queued[] = [];
  private postponed: Queued[] = [];
  private due: { stateTimeout?: { at: number; id: number }; eventTimeout?: { at: number; id: number } } = {};
  private readonly patience: number[] = [];
  private count = 0;
  private noHandler = 0;
  private gaveUp = 0;
  private alive = true;

  constructor(private readonly program: Program) {
    const { enter } = program.a;
    this.trace.push('0 undefined > a');
    if (enter.fails) this.alive = false;
    else this.arm(enter.timeoutMs, enter.eventTimeoutMs);
  }

  send({ kind, event, patienceMs }: Sent): void {
    const id = this.ends.push(undefined) - 1;
    this.patience[id] = this.now + patienceMs;
    if (this.alive) this.queue.push({ kind, id, event });
    else if (kind === 'call') this.ends[id] = 'noproc';
    if (kind === 'cast') this.ends[id] = 'cast';
  }

  pass(ms: number): void {
    const end = this.now + ms;
    this.work();
    for (let at = this.nextDue(); at <= end; at = this.nextDue()) {
      this.now = at;
      this.ends.forEach((ended, id) => {
        if (!ended && this.patience[id] === at) this.ends[id] = 'call_timeout';
      });
      for (const kind of ['stateTimeout', 'eventTimeout'] as const) {
        const timeout = this.due[kind];
        if (timeout?.at === at) this.queue.push({ kind, id: timeout.id, event: -1 });
      }
      // Two of one moment come in the order in which they were set.
      if (this.queue.length === 2 && this.queue[0]!.id > this.queue[1]!.id) this.queue.reverse();
      this.work();
    }
    this.now = end;
  }

  seen(): Seen {
    const { trace, ends, noHandler, gaveUp, alive } = this;
    const waiting = ends.filter((ended, id) => !ended && this.patience[id]! < Infinity).length;
    const timers = Object.values(this.due).filter((d) => d !== undefined).length + waiting;
    return { trace, ends, noHandler, gaveUp, alive, timers };
  }

  private nextDue(): number {
    const waits = this.patience.filter((at, id) => !this.ends[id] && at > this.now);
    const timeouts = Object.values(this.due).map((d) => d?.at ?? Infinity);
    // No advance goes so far, and Infinity <= Infinity.
    return Math.min(1e9, ...waits, ...timeouts);
  }

  private work(): void {
    for (let event = this.queue.shift(); event && this.alive; event = this.queue.shift()) this.handle(event);
  }

  private handle(event: Queued): void {
    const { kind, id } = event;
    const rules = this.program[this.state];
    if (kind === 'call' && this.ends[id]) return void this.gaveUp++;
    let found: Rule | undefined;
    if (kind === 'call' || kind === 'cast') {
      found = rules.events[event.event];
      if (!found && kind === 'cast') this.noHandler++;
      if (!found && kind === 'call') this.ends[id] = 'invalid_message';
      if (!found) return;
      this.trace.push(`${this.now} ${this.state} ${kind} ${EVENTS[event.event]}`);
    } else {
      if (this.due[kind]?.id !== id) return;
      this.due[kind] = undefined;
      found = rules[kind];
      this.trace.push(`${this.now} ${this.state} ${kind}`);
    }
    const from = this.state;
    const to = found.to ?? from;
    const enter = to === from ? undefined : this.program[to].enter;
    if (!found.fails && enter) this.trace.push(`${this.now} ${from} > ${to}`);
    if (found.fails || enter?.fails) return this.failed(event);
    this.state = to;
    this.due.eventTimeout = undefined;
    if (enter) this.due.stateTimeout = undefined;
    this.arm(enter?.timeoutMs ?? found.timeoutMs, enter?.eventTimeoutMs ?? found.eventTimeoutMs);
    if (found.postpone) this.postponed.push(event);
    else if (kind === 'call') this.ends[id] = `from ${from}`;
    if (!enter) return;
    this.queue = [...this.postponed, ...this.queue];
    this.postponed = [];
  }

  private arm(stateMs: number | undefined, eventMs: number | undefined): void {
    const set = (kind: 'stateTimeout' | 'eventTimeout', ms: number) => {
      this.due[kind] = ms === Infinity ? undefined : { at: this.now + ms, id: 1_000 + ++this.count };
    };
    if (stateMs !== undefined) set('stateTimeout', stateMs);
    if (eventMs !== undefined) set('eventTimeout', eventMs);
  }

  private failed({ kind, id }: Queued): void {
    if (kind === 'call') return void (this.ends[id] = 'remote_error');
    this.alive = false;
    this.due = {};
    for (const left of [...this.postponed, ...this.queue]) {
      if (left.kind === 'call') this.ends[left.id] ??= 'noproc';
    }
  }
}

/** How a handler says what it decided: by what it returns, or through its context. */
type Form = 'returns' | 'asks';

/** The real thing. */
async function run(program: Program, script: readonly Step[], form: Form): Promise<Seen> {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock });
  const trace: string[] = [];
  const handler =
    (rule: Rule, what: string): MachineHandler =>
    (payload, data, context) => {
      trace.push(`${clock.now()} ${what.replace('<from>', String(payload))}`);
      const decided = () => {
        if (rule.fails) throw new Error('as it should');
        return form === 'returns' ? returned(rule, data, context) : asked(rule, context);
      };
      return rule.isAsync ? Promise.resolve().then(decided) : decided();
    };
  const table = (state: State): [State, StateTable] => {
    const { events, enter, stateTimeout, eventTimeout } = program[state];
    const handlers = (kind: string) =>
      new Map(
        EVENTS.flatMap((name, n): [string, MachineHandler][] =>
          events[n] ? [[name, handler(events[n], `${state} ${kind} ${name}`)]] : [],
        ),
      );
    return [
      state,
      {
        call: handlers('call'),
        cast: handlers('cast'),
        info: new Map(),
        down: undefined,
        enter: handler(enter, `<from> > ${state}`),
        stateTimeout: handler(stateTimeout, `${state} stateTimeout`),
        eventTimeout: handler(eventTimeout, `${state} eventTimeout`),
      },
    ];
  };
  const driver = machineDriver({
    name: 'random',
    crashOnCallError: false,
    shutdownMs: 1000,
    followed: false,
    states: new Map(STATES.map(table)),
    init: () => next('a', 'data'),
    decided: (value, context) => (value instanceof Transition ? value : context.requested(value)),
    terminate: undefined,
  });
  const ref = await node.spawn(driver).catch(() => undefined);
  // Its number is 1; where the start failed, nobody has it.
  const target = ref ?? new ProcessRef('n1', 1, 1);
  const ends: (string | undefined)[] = [];
  for (const { sent, thenMs } of script) {
    for (const { kind, event, patienceMs } of sent) {
      const name = EVENTS[event]!;
      const id = ends.push(undefined) - 1;
      if (kind === 'cast') {
        ends[id] = 'cast';
        node.cast(target, name, undefined);
        continue;
      }
      node.call(target, name, undefined, { timeoutMs: patienceMs }).then(
        (reply) => (ends[id] = String(reply)),
        (error: { code: string }) => (ends[id] = error.code),
      );
    }
    await clock.advance(thenMs);
  }
  const seen = {
    trace: [...trace],
    ends: [...ends],
    noHandler: node.drops.get('no_handler'),
    gaveUp: node.drops.get('caller_gave_up'),
    alive: node.isAlive(target),
    timers: node.wheel.size,
  };
  node.exit(target, 'kill');
  return seen;
}

function returned(rule: Rule, data: unknown, context: MachineContext): Transition {
  const { to, postpone, timeoutMs, eventTimeoutMs } = rule;
  const actions = postpone
    ? { postpone, timeoutMs, eventTimeoutMs }
    : { reply: `from ${context.state}`, timeoutMs, eventTimeoutMs };
  return to === undefined ? keep(data, actions as never) : next(to, data, actions as never);
}

function asked(rule: Rule, context: MachineContext): unknown {
  const { to, postpone, timeoutMs, eventTimeoutMs } = rule;
  if (timeoutMs !== undefined) context.stateTimeout(timeoutMs);
  if (eventTimeoutMs !== undefined) context.eventTimeout(eventTimeoutMs);
  if (to !== undefined) context.become(to);
  if (postpone) context.postpone();
  return `from ${context.state}`;
}

it('a machine does what the model does: handlers, enters, postponed events and timeouts in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(
      program,
      steps,
      fc.constantFrom<Form>('returns', 'asks'),
      async (rules, script, form) => {
        const model = new Model(rules);
        for (const { sent, thenMs } of script) {
          sent.forEach((message) => model.send(message));
          model.pass(thenMs);
        }
        expect(await run(rules, script, form)).toEqual(model.seen());
      },
    ),
    { numRuns: 2000 },
  );
});
