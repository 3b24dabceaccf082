import type { Cluster } from '../cluster.js';
import { nameDecidedBy, NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

describe('a process started under a global name', () => {
  it.each(['n1', 'n2'])('is the one of this name, wherever it is placed: %s', async (on) => {
    const [n1, n2] = (await world.mesh(3)) as [Cluster, Cluster];
    const started = n1.spawn('idle', { globalName: 'scheduler', on });
    expect(await world.outcome(started)).toBeUndefined();
    const ref = await started;
    expect(ref.node).toBe(on);
    // Who asked knows the name when it has the ref.
    expect(n1.names.whereis('scheduler')).toEqual(ref);
    const again = await world.outcome(n2.spawn('idle', { globalName: 'scheduler', on: 'n3' }));
    expect(again).toMatchObject({ code: 'name_taken', data: { holder: ref.toString() } });
    expect(world.nodes.map(({ node }) => node.processCount).sort()).toEqual([0, 0, 1]);
  });

  it('is one of those that are started at once; no other is left', async () => {
    const nodes = await world.mesh(4);
    const starts = nodes.map((node) => node.spawn('idle', { globalName: 'scheduler', on: 'local' }));
    const errors = await Promise.all(starts.map((start) => world.outcome(start)));
    expect(errors.filter((error) => error === undefined)).toHaveLength(1);
    for (const error of errors) if (error) expect(error).toMatchObject({ code: 'name_taken' });
    expect(nodes.reduce((sum, { node }) => sum + node.processCount, 0)).toBe(1);
  });

  it('keeps the name from others while it starts, and shows it once it has', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    let open!: () => void;
    world.gate = new Promise((resolve) => (open = resolve));
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'local' });
    await world.clock.advance(100);
    expect(world.views('scheduler')).toEqual([undefined, undefined]);
    const other = n2.names.register('scheduler', await world.spawn(n2));
    expect(await world.outcome(other)).toMatchObject({
      code: 'name_taken',
      data: { name: 'scheduler', node: 'n1' },
    });
    open();
    await world.outcome(started);
    await world.clock.advance(50);
    expect(world.views('scheduler')).toEqual([await started, await started].map(String));
  });

  it.each(['n1', 'n2'])('that does not start leaves the name free: %s', async (on) => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const onDown = jest.fn();
    const failed = n1.spawn('slow', { globalName: 'scheduler', on, args: { fail: true }, onDown });
    expect(await world.outcome(failed)).toMatchObject({ code: 'spawn_failed' });
    const unknown = n1.spawn('nobody', { globalName: 'scheduler', on });
    expect(await world.outcome(unknown)).toMatchObject({ code: 'behavior_not_found' });
    world.gate = new Promise(() => {});
    const late = n1.spawn('slow', { globalName: 'scheduler', on, timeoutMs: 200 });
    expect(await world.outcome(late)).toMatchObject({ code: 'spawn_timeout' });
    await world.clock.advance(50);
    expect(await world.outcome(n2.spawn('idle', { globalName: 'scheduler' }))).toBeUndefined();
    expect(onDown).not.toHaveBeenCalled();
  });

  it('whose caller is lost meanwhile is undone, and the name free', async () => {
    const [n1, n2, n3] = (await world.mesh(3)) as [Cluster, Cluster, Cluster];
    let open!: () => void;
    world.gate = new Promise((resolve) => (open = resolve));
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'n2' });
    started.catch(() => {});
    await world.clock.advance(100);
    world.network.kill('n1');
    await world.clock.advance(100);
    open();
    await world.clock.advance(100);
    expect(n2.node.processCount).toBe(0);
    expect(await world.outcome(n3.spawn('idle', { globalName: 'scheduler' }))).toBeUndefined();
  });

  it('whose node is lost while it starts leaves the name free', async () => {
    const [n1, n2] = (await world.mesh(3)) as [Cluster, Cluster];
    const globalName = nameDecidedBy('n3', 3);
    world.gate = new Promise(() => {});
    const lost = n2.spawn('slow', { globalName, on: 'local', timeoutMs: 60_000 });
    lost.catch(() => {});
    await world.clock.advance(100);
    world.network.kill('n2');
    await world.clock.advance(100);
    expect(await world.outcome(n1.spawn('idle', { globalName, on: 'local' }))).toBeUndefined();
  });

  it('that somebody else got ahead of, past a partition, is killed before anybody is given it', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    let open!: () => void;
    world.gate = new Promise((resolve) => (open = resolve));
    world.network.partition(['n1'], ['n2']);
    await world.clock.advance(100);
    const onDown = jest.fn();
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'local', onDown });
    const holder = await world.spawn(n2);
    await world.outcome(n2.names.register('scheduler', holder));
    world.network.heal();
    await world.clock.advance(500);
    open();
    expect(await world.outcome(started)).toMatchObject({
      code: 'name_taken',
      data: { holder: holder.toString() },
    });
    expect(n1.node.processCount).toBe(0);
    expect(onDown).not.toHaveBeenCalled();
    expect(world.events('name_conflict')).toEqual([]);
  });

  it('that ends at once was started: its end is told, and the name free', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    let open!: () => void;
    world.gate = new Promise((resolve) => (open = resolve));
    const downs: unknown[] = [];
    const onDown = (reason: unknown) => downs.push(reason);
    let spawned: Parameters<Cluster['exit']>[0] | undefined;
    const onSpawn = (ref: typeof spawned) => void (spawned = ref);
    const started = n1.spawn('slow', { globalName: 'scheduler', on: 'local', onDown, onSpawn });
    await world.clock.advance(100);
    // The arbiter is another one by now: the registration has to wait for its word.
    world.network.kill('n2');
    await world.clock.advance(100);
    open();
    await world.outcome(started);
    n1.exit(spawned!, 'kill');
    expect(downs).toEqual(['killed']);
    expect(n1.names.names()).toEqual([]);
    expect(await world.outcome(n1.spawn('idle', { globalName: 'scheduler', on: 'local' }))).toBeUndefined();
    expect(n2.self.id).toBe('n2');
  });
});
