import type { ProcessRef } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import { DEFAULT_SHUTDOWN_MS, defineBehavior, plainDriver } from './plain-behavior.js';

interface State {
  readonly value: number;
}

const told: unknown[] = [];
const counter = defineBehavior({
  name: 'counter',
  init: (args: { start: number }): State => ({ value: args.start }),
  handleCall: {
    add: (by: number, state) => [state.value + by, { value: state.value + by }],
    addLater: async (by: number, state) => [state.value + by, { value: state.value + by }],
    fail: (_: undefined, state) => {
      void state;
      throw new Error('no');
    },
    forgotReply: (() => undefined) as never,
    who: (_: undefined, state, context) => [context.self.toString(), state],
    watch: (target: ProcessRef, state, context) => [context.monitor(target), state],
  },
  handleCast: { set: (to: number) => ({ value: to }), setLater: async (to: number) => ({ value: to }) },
  handleInfo: { double: (_, state) => ({ value: state.value * 2 }) },
  handleDown: (down, state) => ({ value: state.value + (down.reason === 'killed' ? 1000 : 0) }),
  terminate: (reason, state) => void told.push({ reason, state }),
});

async function setup() {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock });
  const ref = await node.spawn(plainDriver(counter), { args: { start: 10 } });
  const add = (by: number) => node.call(ref, 'add', by);
  return { clock, node, ref, add };
}

beforeEach(() => void (told.length = 0));

it('gives each handler the state that the one before returned', async () => {
  const { node, ref, add } = await setup();
  expect(await add(1)).toBe(11);
  expect(await node.call(ref, 'addLater', 5)).toBe(16);
  node.cast(ref, 'set', 3);
  node.send(ref, 'double', undefined);
  node.cast(ref, 'setLater', 40);
  node.send(ref, 'double', undefined);
  expect(await add(0)).toBe(80);
});

it('takes an async init', async () => {
  const { node } = await setup();
  const slow = defineBehavior({
    name: 'slow',
    init: async (start: number) => start,
    handleCall: { get: (_: undefined, state) => [state, state] },
  });
  const ref = await node.spawn(plainDriver(slow), { args: 7 });
  expect(await node.call(ref, 'get', undefined)).toBe(7);
});

it('keeps the state of before where a call handler throws or returns no reply and state', async () => {
  const { node, ref, add } = await setup();
  await expect(node.call(ref, 'fail', undefined)).rejects.toThrow('no');
  await expect(node.call(ref, 'forgotReply', undefined)).rejects.toMatchObject({ code: 'remote_error' });
  expect(await add(0)).toBe(10);
});

it('tells handleDown of monitored processes', async () => {
  const { node, ref, add, clock } = await setup();
  const other = await node.spawn(plainDriver(counter), { args: { start: 0 } });
  await node.call(ref, 'watch', other);
  node.exit(other, 'kill');
  await clock.advance(0);
  expect(await add(0)).toBe(1010);
});

it('gives terminate the reason and the last state', async () => {
  const { node, ref, add, clock } = await setup();
  await add(1);
  node.exit(ref, 'shutdown');
  await clock.advance(0);
  expect(told).toEqual([{ reason: 'shutdown', state: { value: 11 } }]);
});

it.each(['toString', 'constructor', '__proto__', 'set', 'double'])(
  'takes no call "%s" that is not in its table of calls',
  async (name) => {
    const { node, ref } = await setup();
    await expect(node.call(ref, name, 1)).rejects.toMatchObject({ code: 'invalid_message' });
  },
);

it('needs no table at all', async () => {
  const { node, clock } = await setup();
  const bare = await node.spawn(plainDriver(defineBehavior({ name: 'bare', init: () => null })));
  const target = await node.spawn(plainDriver(counter), { args: { start: 0 } });
  node.cast(bare, 'x', 0);
  node.send(bare, 'x', 0);
  node.exit(target, 'kill');
  await clock.advance(0);
  expect(node.drops.get('no_handler')).toBe(2);
  node.exit(bare, 'shutdown');
  await clock.advance(0);
  expect(node.isAlive(bare)).toBe(false);
});

it('lives on after the error of a call, and terminates within 5 s, unless it says otherwise', () => {
  expect(plainDriver(counter)).toMatchObject({ crashOnCallError: false, shutdownMs: DEFAULT_SHUTDOWN_MS });
  const strict = defineBehavior({
    name: 'strict',
    init: () => null,
    crashOnCallError: true,
    shutdownMs: 7,
  });
  expect(plainDriver(strict)).toMatchObject({ crashOnCallError: true, shutdownMs: 7 });
});
