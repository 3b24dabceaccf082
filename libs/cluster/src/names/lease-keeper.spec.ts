import type { Arbiter, ProcessRef } from '@noex/contracts';
import { memoryArbiter } from '@noex/testing';
import type { Cluster } from '../cluster.js';
import { NameWorld } from './names.spec-support.js';

const LEASE_MS = 15_000;
let world: NameWorld;
let arbiter: ReturnType<typeof memoryArbiter>;
beforeEach(() => {
  world = new NameWorld();
  arbiter = memoryArbiter({ clock: world.clock, leaseMs: LEASE_MS });
});
afterEach(() => world.close());

const mesh = (count: number, own: Partial<Arbiter> = {}) =>
  world.mesh(count, { arbiter: Object.assign(Object.create(arbiter) as typeof arbiter, own) });

const gate = () => {
  let open!: () => void;
  world.gate = new Promise((resolve) => (open = resolve));
  return () => open();
};

describe('a name by an arbiter', () => {
  it('has the epoch of its lease, which its process and all nodes know, and a greater one with each holder', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const first = await world.spawn(n1);
    expect(world.epochOf(first)).toBeUndefined();
    expect(await world.outcome(n2.names.register('leader', first))).toBeUndefined();
    const epoch = world.epochOf(first)!;
    expect(epoch).toBeGreaterThan(0);
    expect(arbiter.holders()).toEqual({ leader: 'n1' });
    n1.exit(first, 'kill');
    await world.clock.advance(50);
    const second = await world.spawn(n2);
    expect(await world.outcome(n2.names.register('leader', second))).toBeUndefined();
    expect(world.epochOf(second)).toBeGreaterThan(epoch);
    await world.clock.advance(50);
    expect(world.views('leader')).toEqual([String(second), String(second)]);
  });

  it('is held for as long as it is wanted', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    const epoch = world.epochOf(ref);
    await world.clock.advance(LEASE_MS * 5);
    expect([world.epochOf(ref), arbiter.holders()]).toEqual([epoch, { leader: 'n1' }]);
    expect(n2.names.whereis('leader')).toEqual(ref);
    expect(world.log.filter(({ event }) => event === 'name_lease_lost')).toEqual([]);
  });

  it.each(['unregister', 'exit'] as const)('is given back at once: %s', async (how) => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    if (how === 'exit') n1.exit(ref, 'shutdown');
    else await n1.names.unregister('leader');
    await world.clock.advance(50);
    expect(arbiter.holders()).toEqual({});
    expect(world.epochOf(ref)).toBeUndefined();
    const other = n2.names.register('leader', await world.spawn(n2));
    expect(await world.outcome(other)).toBeUndefined();
  });

  it('is refused with its holder where it is taken, and with its node where nobody knows the process', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    await world.clock.advance(50);
    const other = await world.spawn(n2);
    expect(await world.outcome(n2.names.register('leader', other))).toMatchObject({
      code: 'name_taken',
      data: { holder: ref.toString() },
    });
    world.network.partition(['n1'], ['n2']);
    await world.clock.advance(100);
    const apart = await world.outcome(n2.names.register('leader', other));
    expect(apart).toMatchObject({ code: 'name_taken', data: { node: 'n1', leaseMs: LEASE_MS } });
    expect(apart!.message).toContain('15000 ms');
  });

  it('stays one on both sides of a partition, and of a crashed node it is free after its lease', async () => {
    const [n1, n2, n3] = (await mesh(3)) as [Cluster, Cluster, Cluster];
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    arbiter.cut('n1');
    world.network.kill('n1');
    await world.clock.advance(100);
    const attempt = async (node: Cluster) =>
      world.outcome(node.names.register('leader', await world.spawn(node)));
    expect(await attempt(n2)).toMatchObject({ code: 'name_taken' });
    await world.clock.advance(LEASE_MS);
    expect(await attempt(n2)).toBeUndefined();
    expect(await attempt(n3)).toMatchObject({ code: 'name_taken' });
  });

  it('is taken by the first of many who ask at once', async () => {
    const nodes = await mesh(4);
    const refs = await Promise.all(nodes.map((node) => world.spawn(node)));
    const asked = nodes.map((node, n) => world.outcome(node.names.register('leader', refs[n]!)));
    const errors = await Promise.all(asked);
    expect(errors.filter((error) => error === undefined)).toHaveLength(1);
    for (const error of errors) if (error) expect(error).toMatchObject({ code: 'name_taken' });
  });
});

describe('a process started under a name by an arbiter', () => {
  it.each(['n1', 'n2'])('knows its epoch from init on, wherever it starts: %s', async (on) => {
    const [n1] = (await mesh(2)) as [Cluster];
    const started = n1.spawn('idle', { globalName: 'scheduler', on });
    expect(await world.outcome(started)).toBeUndefined();
    const ref = await started;
    expect(world.initEpochs.get(String(ref))).toBeGreaterThan(0);
    expect(world.epochOf(ref)).toBe(world.initEpochs.get(String(ref)));
    expect(arbiter.holders()).toEqual({ scheduler: on });
  });

  it('whose init takes longer than a lease keeps the name meanwhile', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const open = gate();
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'local', timeoutMs: 60_000 });
    await world.clock.advance(LEASE_MS * 2);
    const other = await world.outcome(n2.spawn('idle', { globalName: 'scheduler', on: 'local' }));
    expect(other).toMatchObject({ code: 'name_taken', data: { node: 'n1' } });
    open();
    expect(await world.outcome(started)).toBeUndefined();
    expect(world.epochOf(await started)).toBe(world.initEpochs.get(String(await started)));
  });

  it('that loses its lease while it starts does not start', async () => {
    const [n1] = (await mesh(2)) as [Cluster];
    const open = gate();
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'local', timeoutMs: 60_000 });
    await world.clock.advance(100);
    arbiter.cut('n1');
    await world.clock.advance(LEASE_MS);
    open();
    const error = await world.outcome(started);
    expect(error).toMatchObject({ code: 'spawn_failed' });
    expect(error!.message).toContain('was stopped (shutdown) while it started');
    expect(n1.node.processCount).toBe(0);
  });

  it('that does not start gives the name back', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const failed = n1.spawn('slow', { globalName: 'scheduler', on: 'local', args: { fail: true } });
    expect(await world.outcome(failed)).toMatchObject({ code: 'spawn_failed' });
    await world.clock.advance(50);
    expect(arbiter.holders()).toEqual({});
  });
});

describe('a node that cannot renew', () => {
  const held = async (node: Cluster, name: string, options = {}): Promise<ProcessRef> => {
    const ref = await world.spawn(node);
    expect(await world.outcome(node.names.register(name, ref, options))).toBeUndefined();
    return ref;
  };

  it('has stopped its process before anybody else can get the name', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const ref = await held(n1, 'leader');
    arbiter.cut('n1');
    let freeAt = Infinity;
    let endedAt = Infinity;
    for (let ms = 0; ms < LEASE_MS * 2; ms += 250) {
      await world.clock.advance(250);
      if (endedAt === Infinity && !n1.node.isAlive(ref)) endedAt = world.clock.now();
      if (freeAt === Infinity && arbiter.holders()['leader'] === undefined) freeAt = world.clock.now();
    }
    expect(freeAt - endedAt).toBeGreaterThanOrEqual(LEASE_MS / 3 - 500);
    expect(world.ends.get(String(ref))).toEqual({ shutdown: { nameLost: 'leader' } });
    expect(world.events('name_lease_lost')).toMatchObject([
      { node: 'n1', name: 'leader', why: 'unreachable' },
    ]);
    expect(world.views('leader')).toEqual([undefined, undefined]);
    expect(await world.outcome(n2.names.register('leader', await world.spawn(n2)))).toBeUndefined();
  });

  it('tells once that the arbiter does not answer, and once that it does again', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    for (const name of ['a', 'b', 'c']) await held(n1, name);
    arbiter.cut('n1');
    await world.clock.advance(LEASE_MS);
    expect(world.events('arbiter_unreachable')).toMatchObject([{ node: 'n1', arbiter: arbiter.id }]);
    expect(world.events('name_lease_lost')).toHaveLength(3);
    arbiter.heal();
    await world.clock.advance(LEASE_MS);
    await held(n1, 'd');
    expect(world.events('arbiter_back')).toHaveLength(1);
  });

  it('lets a process that is to be demoted live on, and tells it', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await held(n1, 'leader', { onConflict: 'demote' });
    arbiter.cut('n1');
    await world.clock.advance(LEASE_MS);
    expect([n1.node.isAlive(ref), world.epochOf(ref), n1.names.whereis('leader')]).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect(world.infos).toEqual([{ self: ref, name: 'name_lost', payload: { name: 'leader' } }]);
    arbiter.heal();
    expect(await world.outcome(n1.names.register('leader', ref))).toBeUndefined();
    expect(world.epochOf(ref)).toBeGreaterThan(1);
  });

  it('asks the function that decides about conflicts', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const onConflict = jest.fn(() => 'demote' as const);
    const ref = await held(n1, 'leader', { onConflict });
    arbiter.cut('n1');
    await world.clock.advance(LEASE_MS);
    expect(onConflict.mock.calls).toEqual([[{ name: 'leader', lost: ref }]]);
    expect(n1.node.isAlive(ref)).toBe(true);
  });

  it('keeps its names through an outage that is shorter than a third of the lease', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await held(n1, 'leader');
    const epoch = world.epochOf(ref);
    for (let n = 0; n < 5; n++) {
      arbiter.cut('n1', n % 2 ? 'answers' : 'requests');
      await world.clock.advance(LEASE_MS / 3 - 1_500);
      arbiter.heal();
      await world.clock.advance(2_000);
    }
    expect([world.epochOf(ref), world.events('name_lease_lost')]).toEqual([epoch, []]);
  });

  it('and was frozen handles no message more as its holder, though no timer has fired yet', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await held(n1, 'leader');
    world.clock.stall(LEASE_MS);
    expect(n1.node.cast(ref, 'look', 'leader')).toBe(true);
    await new Promise(setImmediate);
    expect([world.looks, world.ends.get(String(ref))]).toEqual([[], { shutdown: { nameLost: 'leader' } }]);
  });

  it('and was frozen does not find itself under the name', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await held(n1, 'leader', { onConflict: 'demote' });
    world.clock.stall(LEASE_MS);
    expect([n1.names.whereis('leader'), world.epochOf(ref)]).toEqual([undefined, undefined]);
  });
});

describe('a lease that is over', () => {
  it('by the word of the arbiter costs the name at the next renewal', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    await arbiter.release({ name: 'leader', holder: 'n1', epoch: world.epochOf(ref)! });
    await world.clock.advance(LEASE_MS / 3);
    expect(world.ends.get(String(ref))).toEqual({ shutdown: { nameLost: 'leader' } });
    expect(world.events('name_lease_lost')).toMatchObject([{ why: 'over' }]);
  });

  it('costs the name as soon as the node hears of a later one, and not the other way round', async () => {
    const [n1, n2] = (await mesh(2)) as [Cluster, Cluster];
    const old = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', old));
    await arbiter.release({ name: 'leader', holder: 'n1', epoch: world.epochOf(old)! });
    const next = await world.spawn(n2);
    await world.outcome(n2.names.register('leader', next));
    await world.clock.advance(50);
    expect(world.ends.get(String(old))).toEqual({ shutdown: { nameLost: 'leader' } });
    expect(world.events('name_lease_lost')).toMatchObject([{ node: 'n1', why: 'outranked' }]);
    expect(world.events('name_conflict')).toEqual([]);
    expect(world.views('leader')).toEqual([String(next), String(next)]);
  });

  it('makes room for a later one on the same node', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const old = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', old));
    await arbiter.release({ name: 'leader', holder: 'n1', epoch: world.epochOf(old)! });
    const next = await world.spawn(n1);
    expect(await world.outcome(n1.names.register('leader', next))).toBeUndefined();
    await world.clock.advance(LEASE_MS * 2);
    expect(world.ends.get(String(old))).toEqual({ shutdown: { nameLost: 'leader' } });
    expect(n1.names.whereis('leader')).toEqual(next);
    expect(world.epochOf(next)).toBeGreaterThan(0);
  });
});

describe('while the arbiter does not answer', () => {
  it('a name is asked for again until the time is over, and then said not to be registered', async () => {
    const [n1] = (await mesh(1)) as [Cluster];
    const ref = await world.spawn(n1);
    arbiter.cut('n1');
    const error = await world.outcome(n1.names.register('leader', ref, { timeoutMs: 5_000 }));
    expect(error).toMatchObject({
      code: 'name_claim_timeout',
      outcome: 'not-run',
      data: { arbiter: arbiter.id },
    });
    expect(error!.message).toContain('cut off');
    const again = n1.names.register('leader', ref, { timeoutMs: 5_000 });
    await world.clock.advance(2_000);
    arbiter.heal();
    expect(await world.outcome(again)).toBeUndefined();
  });

  it('a claim that is granted too late is given back', async () => {
    let answer!: () => void;
    const hold = new Promise<void>((resolve) => (answer = resolve));
    const claim = async (name: string, holder: string) => {
      const lease = await arbiter.claim(name, holder);
      await hold;
      return lease;
    };
    const [n1] = (await mesh(1, { claim })) as [Cluster];
    const late = n1.names.register('leader', await world.spawn(n1), { timeoutMs: 100 });
    expect(await world.outcome(late)).toMatchObject({ code: 'name_claim_timeout' });
    expect(arbiter.holders()).toEqual({ leader: 'n1' });
    answer();
    await world.clock.advance(10);
    expect(arbiter.holders()).toEqual({});
  });

  it('a grant that took most of its own time is given back and asked for anew', async () => {
    const takes = [LEASE_MS, 0];
    const claim = async (name: string, holder: string) => {
      const lease = await arbiter.claim(name, holder);
      world.clock.stall(takes.shift() ?? 0);
      return lease;
    };
    const [n1] = (await mesh(1, { claim })) as [Cluster];
    const ref = await world.spawn(n1);
    const registered = n1.names.register('leader', ref, { timeoutMs: 60_000 });
    expect(await world.outcome(registered)).toBeUndefined();
    expect([takes, world.epochOf(ref)]).toEqual([[], 2]);
    await world.clock.advance(LEASE_MS * 2);
    expect(n1.names.whereis('leader')).toEqual(ref);
  });
});

describe('a node with an arbiter', () => {
  it('starts it before anything else, and does not start without it', async () => {
    const transport = world.network.transport();
    const started = jest.spyOn(transport, 'start');
    const broken = memoryArbiter();
    broken.start = () => Promise.reject(new Error('no JetStream'));
    const close = jest.spyOn(broken, 'close');
    const failed = world.start('n1', { arbiter: broken, transport });
    expect(await world.outcome(failed)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringContaining('no JetStream') as string,
    });
    expect(started).not.toHaveBeenCalled();
    expect([world.nodes[0]!.status, close.mock.calls.length]).toEqual(['stopped', 1]);
    world.nodes.pop();
  });

  it.each([
    ['an id that cannot be told to peers', { id: 'two\nlines' }, 'its id is not one line'],
    ['no length of a lease', { leaseMs: Number.NaN }, 'its leaseMs is NaN'],
  ])('does not start with one of %s', async (_, own, message) => {
    const failed = world.start('n1', { arbiter: Object.assign(memoryArbiter(), own) });
    expect(await world.outcome(failed)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringContaining(message) as string,
    });
    world.nodes.pop();
  });

  it('may be told to leave while it waits for it, and then does not listen', async () => {
    let ready!: () => void;
    const transport = world.network.transport();
    const started = jest.spyOn(transport, 'start');
    const start = () => new Promise<void>((resolve) => (ready = resolve));
    const close = jest.fn(() => Promise.resolve());
    const waiting = world.start('n1', {
      transport,
      arbiter: Object.assign(memoryArbiter(), { start, close }),
    });
    expect(await world.outcome(world.nodes[0]!.stop(100))).toBeUndefined();
    ready();
    expect(await world.outcome(waiting)).toBeUndefined();
    expect(started).not.toHaveBeenCalled();
    expect([world.nodes[0]!.status, close.mock.calls.length]).toEqual(['stopped', 1]);
  });

  it('is no peer of those that have another one, or none', async () => {
    const same = { arbiter, incarnation: 1 };
    const n1 = await world.start('n1', same);
    const n2 = await world.start('n2', same);
    const n3 = await world.start('n3', { ...same, arbiter: memoryArbiter({ clock: world.clock }) });
    const n4 = await world.start('n4', { incarnation: 1 });
    await world.clock.advance(1_000);
    expect(
      [n1, n2, n3, n4].map(({ members }) => [...members.values()].map(({ identity }) => identity.id)),
    ).toEqual([['n2'], ['n1'], [], []]);
  });

  it('that leaves gives back all names before the arbiter is closed', async () => {
    const log: string[] = [];
    const release: Arbiter['release'] = async (lease) => {
      await arbiter.release(lease);
      log.push(`released ${lease.name}`);
    };
    const close = () => Promise.resolve(void log.push('closed'));
    const [n1] = (await mesh(1, { release, close })) as [Cluster];
    for (const name of ['a', 'b']) await world.outcome(n1.names.register(name, await world.spawn(n1)));
    expect(await world.outcome(n1.stop(1_000))).toBeUndefined();
    expect([log.slice(0, 2).sort(), log.slice(2)]).toEqual([['released a', 'released b'], ['closed']]);
    expect(arbiter.holders()).toEqual({});
  });

  it('that leaves does not wait long for one that is gone', async () => {
    const never = () => new Promise<never>(() => {});
    const [n1] = (await mesh(1, { release: never, close: never })) as [Cluster];
    await world.outcome(n1.names.register('a', await world.spawn(n1)));
    const began = world.clock.now();
    expect(await world.outcome(n1.stop(0))).toBeUndefined();
    expect(world.clock.now() - began).toBeLessThan(4_000);
  });
});
