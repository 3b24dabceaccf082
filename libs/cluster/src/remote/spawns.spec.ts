import {
  BehaviorNotFoundError,
  InvalidMessageError,
  NodeDownError,
  NodeUnreachableError,
  SerializationError,
  SpawnFailedError,
  SpawnRefusedError,
  SpawnTimeoutError,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import type { Cluster } from '../cluster.js';
import { failure, ManualClock, memoryCluster, until } from '../cluster.spec-support.js';

/** Ends the `slow` inits under way. */
let release: (() => void)[];

const secret = plainDriver({ name: 'secret', init: () => null });
const drivers = () => [
  plainDriver({
    name: 'cart',
    init: (args: unknown) => args as never,
    handleCall: { args: (_payload, state) => [state, state] },
  }),
  plainDriver({ name: 'slow', init: () => new Promise((resolve) => release.push(() => resolve(null))) }),
  plainDriver({
    name: 'broken',
    init: ((thrown: { length?: number; data?: boolean }) => {
      throw Object.assign(new RangeError('x'.repeat(thrown.length ?? 1)), {
        code: 'E_INIT',
        ...(thrown.data ? { data: { f: () => {} } } : {}),
      });
    }) as never,
  }),
];

beforeEach(() => {
  release = [];
});

const { network, pair } = memoryCluster(drivers, () => {
  for (const end of release) end();
});

/** As if the announcement that takes a behavior back were still under way. */
function believes(a: Cluster, nodeId: string, ...behaviors: string[]): void {
  a.members.get(nodeId)!.behaviors = new Set(behaviors);
}

describe('a spawn on another node', () => {
  it('starts the process there, with its arguments and its name', async () => {
    const { a, b } = await pair();
    const args = { owner: 'eva', since: new Date(5) };
    const cart = await a.spawn('cart', { on: 'b', args, name: 'eva' });
    expect([cart.node, cart.incarnation]).toEqual(['b', b.self.incarnation]);
    expect(b.node.whereis('eva')!.equals(cart)).toBe(true);
    expect(await a.call(cart, 'args')).toEqual(args);
    expect([a.node.processCount, b.node.processCount]).toEqual([0, 1]);
  });

  it('waits for an init that takes time', async () => {
    const { a, b } = await pair();
    const spawn = a.spawn('slow', { on: 'b', timeoutMs: Infinity });
    await until('init runs', () => release.length === 1);
    release[0]!();
    expect(b.node.isAlive(await spawn)).toBe(true);
  });

  it('may take a fraction of a millisecond, or as long as it likes', async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock: new ManualClock() }, { clock });
    await a.spawn('cart', { on: 'b', timeoutMs: 0.5 });
    for (const timeoutMs of [1e300, 2 ** 32 + 1]) {
      release = [];
      const spawn = a.spawn('slow', { on: 'b', timeoutMs });
      await until('init runs', () => release.length === 1);
      clock.advance(60_000);
      release[0]!();
      await spawn;
    }
  });
});

describe('a spawn that fails leaves no process and says why', () => {
  it.each([[0], [-5], [NaN]])('it cannot take %p ms', async (timeoutMs) => {
    const { a, b } = await pair();
    expect(await failure(a.spawn('cart', { on: 'b', timeoutMs }))).toBeInstanceOf(InvalidMessageError);
    expect(b.node.processCount).toBe(0);
  });

  it('nobody is connected under that name, or nobody has the behavior', async () => {
    const { a } = await pair();
    expect(await failure(a.spawn('cart', { on: 'c' }))).toBeInstanceOf(NodeUnreachableError);
    expect(await failure(a.spawn('ghost'))).toBeInstanceOf(BehaviorNotFoundError);
    expect(await failure(a.spawn('ghost', { on: 'b' }))).toBeInstanceOf(BehaviorNotFoundError);
  });

  it('the target does not know the behavior', async () => {
    const { a } = await pair();
    believes(a, 'b', 'ghost');
    const error = await failure(a.spawn('ghost', { on: 'b' }));
    expect(error).toBeInstanceOf(BehaviorNotFoundError);
    expect(error).toMatchObject({ outcome: 'not-run', data: { node: 'b', behavior: 'ghost' } });
  });

  it('the target does not start it for others', async () => {
    const { a, b } = await pair();
    b.addBehavior(secret, false);
    expect(await failure(a.spawn('secret', { on: 'b' }))).toBeInstanceOf(BehaviorNotFoundError);
    believes(a, 'b', 'secret');
    const error = await failure(a.spawn('secret', { on: 'b' }));
    expect(error).toBeInstanceOf(SpawnRefusedError);
    expect(error.outcome).toBe('not-run');
    expect(b.node.processCount).toBe(0);
    await b.spawn('secret');
  });

  it('init threw', async () => {
    const { a, b } = await pair();
    const error = await failure(a.spawn('broken', { on: 'b', args: {} }));
    expect(error).toBeInstanceOf(SpawnFailedError);
    expect(error).toMatchObject({
      outcome: 'not-run',
      data: { behavior: 'broken', error: { name: 'RangeError', message: 'x', code: 'E_INIT' } },
    });
    expect(b.node.processCount).toBe(0);
  });

  it.each([
    ['is too large to send', { length: 100_000 }],
    ['holds what cannot be sent', { data: true }],
  ])('init threw what %s', async (_, args) => {
    const { a, b } = await pair({}, { maxMessageBytes: 5_000 });
    expect(await failure(a.spawn('broken', { on: 'b', args }))).toBeInstanceOf(SpawnFailedError);
    await a.spawn('cart', { on: 'b' });
    expect(b.node.processCount).toBe(1);
  });

  it('its name is taken there', async () => {
    const { a, b } = await pair();
    await a.spawn('cart', { on: 'b', name: 'one' });
    const error = await failure(a.spawn('cart', { on: 'b', name: 'one' }));
    expect(error.outcome).toBe('not-run');
    expect(error.message).toContain('"one" is taken');
    expect(b.node.processCount).toBe(1);
  });

  it('its arguments cannot be sent', async () => {
    const { a } = await pair();
    expect(await failure(a.spawn('cart', { on: 'b', args: { f: () => {} } }))).toBeInstanceOf(
      SerializationError,
    );
    await a.spawn('cart', { on: 'b' });
    expect(a.members.get('b')!.spawns.size).toBe(0);
  });
});

describe('a spawn whose caller is gone is undone', () => {
  it('when it took too long', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({ clock });
    const spawn = failure(a.spawn('slow', { on: 'b', timeoutMs: 1_000 }));
    await until('init runs', () => release.length === 1);
    clock.advance(1_010);
    const error = await spawn;
    expect(error).toBeInstanceOf(SpawnTimeoutError);
    expect(error.outcome).toBe('not-run');
    await until('the target knows', () => a.members.get('b')!.spawns.size === 0 && servedBy(b, 'a') === 0);
    release[0]!();
    await until('the process is undone', () => b.node.processCount === 0);
    expect(b.node.drops.get('spawn_undone')).toBe(1);
  });

  it('when the news that it started came too late', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({ clock });
    network().pause('a');
    const spawn = failure(a.spawn('cart', { on: 'b', timeoutMs: 1_000 }));
    await until('the process runs', () => b.node.processCount === 1);
    clock.advance(1_010);
    expect(await spawn).toBeInstanceOf(SpawnTimeoutError);
    await until('the process is undone', () => b.node.processCount === 0);
    network().resume('a');
    await a.spawn('cart', { on: 'b' });
    expect(b.node.processCount).toBe(1);
  });

  it.each([
    ['killed', () => network().kill('a')],
    ['cut off', () => network().partition(['a'], ['b'])],
  ])('when it is %s during init', async (_, lose) => {
    const { a, b } = await pair();
    void failure(a.spawn('slow', { on: 'b' }));
    await until('init runs', () => release.length === 1);
    lose();
    await until('b has lost a', () => b.members.size === 0);
    release[0]!();
    await until('the process is undone', () => b.node.processCount === 0);
    expect(b.node.drops.get('spawn_undone')).toBe(1);
  });

  it('when it is lost before it has the ref', async () => {
    const { a, b } = await pair();
    network().pause('a');
    const spawn = failure(a.spawn('cart', { on: 'b' }));
    await until('the process runs', () => b.node.processCount === 1);
    network().partition(['a'], ['b']);
    await until('the process is undone', () => b.node.processCount === 0);
    expect(await spawn).toBeInstanceOf(NodeDownError);
  });

  it('but not once it has the ref', async () => {
    const { a, b } = await pair();
    const cart = await a.spawn('cart', { on: 'b' });
    await until('b knows that a has it', () => servedBy(b, 'a') === 0);
    network().kill('a');
    await until('b has lost a', () => b.members.size === 0);
    expect(b.node.isAlive(cart)).toBe(true);
    expect(b.node.drops.get('spawn_undone')).toBe(0);
  });

  it('also when both give up at the same time', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({ clock }, { clock });
    const spawn = failure(a.spawn('slow', { on: 'b', timeoutMs: 1_000 }));
    await until('init runs', () => release.length === 1);
    clock.advance(1_010);
    expect(await spawn).toBeInstanceOf(SpawnTimeoutError);
    await until('the process is gone', () => b.node.processCount === 0);
    release[0]!();
    await a.spawn('cart', { on: 'b' });
    expect(b.node.processCount).toBe(1);
  });

  function servedBy(node: Cluster, nodeId: string): number {
    return node.members.get(nodeId)?.servedSpawns.size ?? 0;
  }
});

it('where it goes: the strategies see the load of others and what was sent since', async () => {
  const { a, b } = await pair({ random: () => 0 });
  const refs = await Promise.all(Array.from({ length: 20 }, () => a.spawn('cart')));
  expect(refs.filter(({ node }) => node === 'a')).toHaveLength(10);
  expect(b.node.processCount).toBe(10);
});

it('round-robin is even for each behavior, whatever else is started in between', async () => {
  const { a, b } = await pair();
  a.addBehavior(secret, false);
  for (let i = 0; i < 10; i++) {
    await a.spawn('cart', { on: 'round-robin' });
    for (const other of ['cart', 'secret', 'secret']) await a.spawn(other, { on: 'local' });
  }
  expect([a.node.processCount, b.node.processCount]).toEqual([35, 5]);
});

it('a behavior added late can be started by peers', async () => {
  const { a, b } = await pair();
  b.addBehavior(plainDriver({ name: 'late', init: () => null }));
  await until('a has heard of it', () => a.members.get('b')!.behaviors.has('late'));
  expect((await a.spawn('late')).node).toBe('b');
});
