import { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import { nameDecidedBy, NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

describe('a global name', () => {
  it('is known on every node, and gone everywhere when it is unregistered, by whomever', async () => {
    const [n1, n2, n3] = (await world.mesh(3)) as [Cluster, Cluster, Cluster];
    const ref = await world.spawn(n1);
    expect(await world.outcome(n1.names.register('leader', ref))).toBeUndefined();
    await world.clock.advance(50);
    expect(world.views('leader')).toEqual([ref, ref, ref].map(String));
    expect(n3.names.names()).toEqual(['leader']);
    expect(n2.names.whereis('leader')).toBeInstanceOf(ProcessRef);
    const gone = n3.names.unregister('leader');
    expect(await world.outcome(gone)).toBeUndefined();
    expect(await gone).toBe(true);
    await world.clock.advance(50);
    expect(world.views('leader')).toEqual([undefined, undefined, undefined]);
    expect(n1.node.isAlive(ref)).toBe(true);
    expect(await n2.names.unregister('leader')).toBe(false);
  });

  it('can be given to a process of any node from any node; who asked knows it at once', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n2);
    expect(await world.outcome(n1.names.register('leader', ref))).toBeUndefined();
    expect(world.views('leader')).toEqual([ref.toString(), ref.toString()]);
  });

  it.each(['n1', 'n2', 'n3'])(
    'is refused with its holder where it is taken, whoever decides: %s',
    async (arbiter) => {
      const [n1, n2] = (await world.mesh(3)) as [Cluster, Cluster];
      const name = nameDecidedBy(arbiter, 3);
      const [first, second] = [await world.spawn(n1), await world.spawn(n2)];
      await world.outcome(n1.names.register(name, first));
      const error = await world.outcome(n2.names.register(name, second));
      expect(error).toMatchObject({
        name: 'NameTakenError',
        code: 'name_taken',
        outcome: 'not-run',
        data: { name, holder: first.toString() },
      });
      expect(await world.outcome(n1.names.register(name, second))).toMatchObject({ code: 'name_taken' });
      expect(n2.node.isAlive(second)).toBe(true);
    },
  );

  it('goes to one of those who ask at once', async () => {
    const nodes = await world.mesh(4);
    const claims = nodes.map(async (node) => node.names.register('leader', await world.spawn(node)));
    const outcomes = await Promise.all(claims.map((one) => world.outcome(one)));
    expect(outcomes.filter((error) => error === undefined)).toHaveLength(1);
    await world.clock.advance(50);
    const [holder] = world.views('leader');
    expect(holder).toBeDefined();
    expect(world.views('leader')).toEqual(nodes.map(() => holder));
  });

  it('may be asked for again by its holder, also while it is being registered', async () => {
    const [n1] = (await world.mesh(2)) as [Cluster];
    const ref = await world.spawn(n1);
    const twice = Promise.all([n1.names.register('leader', ref), n1.names.register('leader', ref)]);
    expect(await world.outcome(twice)).toBeUndefined();
    expect(await world.outcome(n1.names.register('leader', ref))).toBeUndefined();
    n1.node.exit(ref, 'kill');
    expect(n1.names.names()).toEqual([]);
  });

  it.each(['kill', 'shutdown'])(
    'ends with its process (%s), on its node before anybody hears of that end',
    async (reason) => {
      const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
      const ref = await world.spawn(n1);
      await world.outcome(n1.names.register('leader', ref));
      const seen: unknown[] = [];
      n1.node.monitor(ref, () => seen.push(n1.names.whereis('leader')));
      // News of a name and of a process travel on one link: who heard of the end finds no name.
      n2.monitor(ref, () => seen.push(n2.names.whereis('leader')));
      await world.clock.advance(50);
      n1.exit(ref, reason);
      await world.clock.advance(50);
      expect(seen).toEqual([undefined, undefined]);
    },
  );

  it('is free for the next once the last one has given it up, however slowly that news travels', async () => {
    const [n1, n2] = (await world.mesh(3)) as [Cluster, Cluster];
    for (let n = 0; n < 10; n++) {
      const [first, second] = [await world.spawn(n1), await world.spawn(n2)];
      const name = `turn-${n}`;
      await world.outcome(n1.names.register(name, first));
      await world.clock.advance(50);
      void n1.names.unregister(name);
      expect(await world.outcome(n2.names.register(name, second))).toBeUndefined();
    }
    expect(world.events('name_conflict')).toEqual([]);
  });

  it('of a node that comes later is known to it, and its own to the others', async () => {
    const [n1] = (await world.mesh(1)) as [Cluster];
    const old = await world.spawn(n1);
    await world.outcome(n1.names.register('old', old));
    const n2 = await world.start('n2', { incarnation: 1 });
    const late = await world.spawn(n2);
    await world.outcome(n2.names.register('late', late));
    await world.clock.advance(500);
    expect(world.views('old')).toEqual([old, old].map(String));
    expect(world.views('late')).toEqual([late, late].map(String));
  });

  it('crosses in parts where there are many: a node that comes later knows all of them', async () => {
    const [n1] = (await world.mesh(1)) as [Cluster];
    const ref = await world.spawn(n1);
    for (let n = 0; n < 2_500; n++) await n1.names.register(`name-${n}`, ref);
    const n2 = await world.start('n2', { incarnation: 1 });
    await world.clock.advance(500);
    expect(n2.names.names()).toHaveLength(2_500);
    n1.node.exit(ref, 'kill');
    await world.clock.advance(500);
    expect(n2.names.names()).toEqual([]);
  });
});

describe('a node that is lost', () => {
  it('takes its names along; its next life does not have them, and nobody reaches a process of the old one', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n2);
    await world.outcome(n2.names.register('leader', ref));
    await world.clock.advance(50);
    world.network.kill('n2');
    await world.clock.advance(200);
    expect(n1.names.whereis('leader')).toBeUndefined();
    const reborn = await world.start('n2', { incarnation: 2 });
    await world.clock.advance(500);
    expect(n1.members.get('n2')?.identity.incarnation).toBe(2);
    expect(n1.names.whereis('leader')).toBeUndefined();
    const next = await world.spawn(reborn);
    await world.outcome(reborn.names.register('leader', next));
    await world.clock.advance(50);
    expect(n1.names.whereis('leader')?.incarnation).toBe(2);
    expect(await world.outcome(n1.names.register('other', ref))).toMatchObject({ code: 'noproc' });
  });

  it('while it decides leaves the decision to another one', async () => {
    const [n1] = (await world.mesh(3)) as [Cluster];
    const name = nameDecidedBy('n3', 3);
    const ref = await world.spawn(n1);
    world.network.pause('n3');
    const registered = n1.names.register(name, ref);
    await world.clock.advance(1_000);
    expect(n1.names.whereis(name)).toBeUndefined();
    world.network.kill('n3');
    expect(await world.outcome(registered)).toBeUndefined();
    await world.clock.advance(50);
    expect(world.views(name).slice(0, 2)).toEqual([ref, ref].map(String));
  });

  it('while it is asked to register a process of its own is NodeDownError: it may have', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n2);
    const registered = n1.names.register('leader', ref);
    world.network.kill('n2');
    expect(await world.outcome(registered)).toMatchObject({ code: 'node_down', outcome: 'unknown' });
    expect(await world.outcome(n1.names.register('leader', ref))).toMatchObject({ code: 'node_unreachable' });
  });
});

describe('a registration', () => {
  it('that nobody decides in time fails, not run, and leaves nothing behind anywhere', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const name = nameDecidedBy('n2', 2);
    const [ref, other] = [await world.spawn(n1), await world.spawn(n2)];
    // Shorter than it takes to find out that the other node hangs.
    world.network.pause('n2');
    const error = await world.outcome(n1.names.register(name, ref, { timeoutMs: 300 }));
    expect(error).toMatchObject({ code: 'name_claim_timeout', outcome: 'not-run' });
    world.network.resume('n2');
    await world.clock.advance(500);
    expect(world.views(name)).toEqual([undefined, undefined]);
    expect(await world.outcome(n2.names.register(name, other))).toBeUndefined();
  });

  it('of a process that ends meanwhile fails, and the name is free', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const name = nameDecidedBy('n2', 2);
    const [ref, other] = [await world.spawn(n1), await world.spawn(n2)];
    const registered = n1.names.register(name, ref);
    n1.node.exit(ref, 'kill');
    expect(await world.outcome(registered)).toMatchObject({ code: 'noproc' });
    await world.clock.advance(50);
    expect(await world.outcome(n2.names.register(name, other))).toBeUndefined();
  });

  it.each<[string, (n1: Cluster, ref: ProcessRef) => Promise<unknown>, string]>([
    [
      'of a process that is gone',
      (n1, { node, id }) => n1.names.register('x', new ProcessRef(node, 1, id + 9)),
      'noproc',
    ],
    [
      'of a process of an earlier life of this node',
      (n1, { id }) => n1.names.register('x', new ProcessRef('n1', 0, id)),
      'noproc',
    ],
    [
      'of a process of an earlier life of a peer',
      (n1, { id }) => n1.names.register('x', new ProcessRef('n2', 0, id)),
      'noproc',
    ],
    [
      'of a made-up process of a peer',
      (n1) => n1.names.register('x', new ProcessRef('n2', 1, NaN)),
      'noproc',
    ],
    [
      'of a process of an unknown node',
      (n1) => n1.names.register('x', new ProcessRef('n9', 1, 1)),
      'node_unreachable',
    ],
    ['of no name', (n1, ref) => n1.names.register('', ref), 'invalid_message'],
    ['with no time', (n1, ref) => n1.names.register('x', ref, { timeoutMs: 0 }), 'invalid_message'],
    [
      'of a process of a peer with a function',
      (n1) => n1.names.register('x', new ProcessRef('n2', 1, 1), { onConflict: () => 'stop' }),
      'invalid_message',
    ],
  ])('%s is refused', async (_, register, code) => {
    const [n1] = (await world.mesh(2)) as [Cluster];
    expect(await world.outcome(register(n1, await world.spawn(n1)))).toMatchObject({ code });
    expect(n1.members.size).toBe(1);
    expect(n1.names.names()).toEqual([]);
  });

  it('without a time limit waits as long as it takes', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    for (const ref of [await world.spawn(n1), await world.spawn(n2)]) {
      const name = `of-${ref.node}`;
      expect(await world.outcome(n1.names.register(name, ref, { timeoutMs: Infinity }))).toBeUndefined();
    }
  });
});

it('a listener hears whom its name means from now on, until it is taken off', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const heard: (string | undefined)[] = [];
  const off = n2.names.onChange('leader', (ref) => heard.push(ref?.toString()));
  const [first, second] = [await world.spawn(n1), await world.spawn(n1)];
  await world.outcome(n1.names.register('leader', first));
  await world.outcome(n1.names.register('other', second));
  n1.node.exit(first, 'kill');
  await world.clock.advance(50);
  await world.outcome(n1.names.register('leader', second));
  await world.clock.advance(50);
  off();
  n1.node.exit(second, 'kill');
  await world.clock.advance(50);
  expect(heard).toEqual([first.toString(), undefined, second.toString()]);
});

it('a node that has left leaves no registration waiting', async () => {
  const [n1] = (await world.mesh(2)) as [Cluster];
  const ref = await world.spawn(n1);
  world.network.pause('n2');
  const registered = n1.names.register(nameDecidedBy('n2', 2), ref, { timeoutMs: Infinity });
  registered.catch(() => {});
  const left = n1.stop(10);
  await world.outcome(left);
  expect(await world.outcome(registered)).toMatchObject({ code: 'noproc' });
});
