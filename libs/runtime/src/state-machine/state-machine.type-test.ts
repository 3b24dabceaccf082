import type { CallArguments, CallName, CastName, ProcessRef, ReplyOf, SpawnArgs } from '@noex/contracts';
import type { ProcessContext } from '../process-context.js';
import { defineStateMachine } from './state-machine.js';
import { stateMachineDriver } from './state-machine.driver.js';
import { keep, next, postpone } from './transition.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => {};
const same =
  <Expected>() =>
  <Actual>(_value: Actual & (Equal<Actual, Expected> extends true ? unknown : never)): void => {};

const door = defineStateMachine({
  name: 'door',
  init: (args: { code: string }, ctx) => next('closed', { code: args.code, tries: 0, node: ctx.node }),
  states: {
    closed: {
      enter(data, ctx, from) {
        same<{ code: string; tries: number; node: string }>()(data);
        same<'closed' | 'open'>()(ctx.state);
        same<'closed' | 'open' | undefined>()(from);
        return keep({ ...data, tries: 0 }, { timeoutMs: 5 });
      },
      timeout: (data) => keep(data),
      call: {
        open: (code: string, data) =>
          code === data.code
            ? next('open', { ...data, tries: 0 }, { reply: true, timeoutMs: 500 })
            : keep({ ...data, tries: data.tries + 1 }, { reply: 'no' as const }),
        pass: () => postpone(),
        peek: async (_: void, data) => keep(data, { reply: data.tries }),
      },
      cast: {
        slam(_force: number, _data, ctx) {
          ctx.stop();
        },
      },
    },
    open: {
      timeout: (data) => next('closed', data),
      call: {
        open: () => keep(),
        pass: (who: { name: string }, data) => keep(data, { reply: who.name }),
      },
      info: { tick: (_: unknown, data) => next('open', data) },
    },
  },
  any: {
    call: { count: (_: void, data, ctx) => keep(data, { reply: [data.tries, ctx.state] as const }) },
    cast: { clear: (_: void, data) => keep({ ...data, tries: 0 }) },
  },
});
type Door = typeof door;

// A ref to a state machine knows the messages of all its states.
holds<Equal<CallName<Door>, 'open' | 'pass' | 'peek' | 'count'>>();
holds<Equal<CastName<Door>, 'slam' | 'clear'>>();
holds<Equal<ReplyOf<Door, 'open'>, boolean | 'no' | undefined>>();
holds<Equal<ReplyOf<Door, 'pass'>, string>>();
holds<Equal<ReplyOf<Door, 'peek'>, number>>();
holds<Equal<ReplyOf<Door, 'count'>, readonly [number, 'closed' | 'open']>>();
holds<Equal<CallArguments<Door, 'pass', object>, [payload: { name: string }, options?: object]>>();
holds<Equal<CallArguments<Door, 'count', object>, [payload?: void, options?: object]>>();
holds<Equal<SpawnArgs<Door>, { code: string }>>();

export async function typed(ctx: ProcessContext, ref: ProcessRef<Door>): Promise<void> {
  const reply: string = await ctx.call(ref, 'pass', { name: 'eva' });
  // @ts-expect-error no state takes such a payload
  await ctx.call(ref, 'pass', 1);
  // @ts-expect-error no state has such a call
  await ctx.call(ref, 'burn');
  void reply;
}

stateMachineDriver(door);

defineStateMachine({
  name: 'a target that is no state',
  init: () => next('a', 1),
  states: {
    // @ts-expect-error there is no state "c"
    a: { cast: { go: (_: void, data) => next('c', data) } },
    b: {},
  },
});

defineStateMachine({
  name: 'a start that is no state',
  // @ts-expect-error there is no state "q"
  init: () => next('q', 1),
  states: { a: {} },
});

defineStateMachine({
  name: 'data of another type',
  init: () => next('a', 1),
  // @ts-expect-error the data are a number
  states: { a: { cast: { go: () => next('a', 'x') } } },
});

defineStateMachine({
  name: 'enter that changes state',
  init: () => next('a', 1),
  states: {
    // @ts-expect-error an enter handler stays in the state
    a: { enter: (data) => next('b', data) },
    b: {},
  },
});

// @ts-expect-error who postpones cannot reply
next('a', 1, { reply: 1, postpone: true });
