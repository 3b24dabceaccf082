import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from '../local-node.js';
import type { MachineContext } from './machine-context.js';
import type { MachineHandler, StateTable } from './machine-definition.js';
import { machineDriver } from './machine.driver.js';
import { Model, type Seen } from './machine.property.model.spec-support.js';
import {
  EVENTS,
  program,
  STATES,
  steps,
  type Program,
  type Rule,
  type State,
  type Step,
} from './machine.property.programs.spec-support.js';
import { keep, next, Transition } from './transition.js';

/**
 * Random machines under random bursts of calls and casts, against a model that is a plain queue and two due times. Every time
 * is a multiple of the timer wheel's tick, so that nothing is late.
 */

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
