import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import { NameWorld } from '../names/names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

const views = (group: string) => world.nodes.map((node) => node.groups.members(group).map(String).sort());

describe('a group', () => {
  it('has the processes of all nodes that joined it, each as often as it did, on every node', async () => {
    const [n1, n2] = (await world.mesh(3)) as [Cluster, Cluster];
    const [a, b] = [await world.spawn(n1), await world.spawn(n2)];
    expect(n1.groups.join('workers', a)).toBe(true);
    n1.groups.join('workers', a);
    n2.groups.join('workers', b);
    await world.clock.advance(50);
    expect(views('workers')).toEqual([1, 2, 3].map(() => [a, a, b].map(String)));
    expect(world.nodes.map((node) => node.groups.groups())).toEqual([1, 2, 3].map(() => ['workers']));
    expect(n2.groups.localMembers('workers')).toEqual([b]);
    expect(n2.groups.members('workers')[0]).toEqual(b);
    expect(n1.groups.leave('workers', a)).toBe(true);
    n2.node.exit(b, 'kill');
    await world.clock.advance(50);
    expect(views('workers')).toEqual([1, 2, 3].map(() => [a.toString()]));
    n1.node.exit(a, 'kill');
    await world.clock.advance(50);
    expect(world.nodes.map((node) => node.groups.groups())).toEqual([[], [], []]);
  });

  it('is joined and left on the node of the process only', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n2);
    expect(n1.groups.join('workers', ref)).toBe(false);
    n2.groups.join('workers', ref);
    await world.clock.advance(50);
    expect(n1.groups.leave('workers', ref)).toBe(false);
    expect(views('workers')).toEqual([[ref.toString()], [ref.toString()]]);
  });

  it('loses those of a node that is not seen, and has them again once it is', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const [a, b] = [await world.spawn(n1), await world.spawn(n2)];
    n1.groups.join('workers', a);
    n2.groups.join('workers', b);
    await world.clock.advance(50);
    world.network.partition(['n1'], ['n2']);
    await world.clock.advance(50);
    expect(views('workers')).toEqual([[a.toString()], [b.toString()]]);
    await world.settle();
    expect(views('workers')).toEqual([1, 2].map(() => [a, b].map(String)));
  });

  it('has nobody of an earlier life of a node', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    n2.groups.join('workers', await world.spawn(n2));
    await world.clock.advance(50);
    world.network.kill('n2');
    const reborn = await world.start('n2', { incarnation: 2 });
    const ref = await world.spawn(reborn);
    reborn.groups.join('workers', ref);
    await world.clock.advance(5_000);
    expect(n1.groups.members('workers')).toEqual([ref]);
  });

  it('of many members crosses in parts to a node that comes later', async () => {
    const [n1] = (await world.mesh(1)) as [Cluster];
    const ref = await world.spawn(n1);
    for (let n = 0; n < 2_500; n++) n1.groups.join(`group-${n % 2}`, ref);
    const n2 = await world.start('n2', { incarnation: 1 });
    await world.clock.advance(500);
    expect(n2.groups.members('group-0')).toHaveLength(1_250);
    n1.node.exit(ref, 'kill');
    await world.clock.advance(500);
    expect(n2.groups.groups()).toEqual([]);
  });

  it('with a name that cannot cross is refused; one joined past that stays on its node', async () => {
    const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
    const ref = await world.spawn(n1);
    const long = 'x'.repeat(256);
    expect(() => n1.groups.join(long, ref)).toThrow(/name of a group is a text of 1 to 255 characters/);
    n1.node.groups.join(long, ref);
    n1.groups.join('workers', ref);
    await world.clock.advance(50);
    expect([n1.groups.groups().length, n2.groups.groups()]).toEqual([2, ['workers']]);
    expect(n1.members.size).toBe(1);
  });
});

it('a listener hears the changes of its group, of all nodes and in order, until it is taken off', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const [a, b] = [await world.spawn(n1), await world.spawn(n2)];
  const heard: string[] = [];
  const all: string[] = [];
  const off = n1.groups.onChange('workers', ({ kind, refs }) => heard.push(`${kind} ${refs.join()}`));
  n1.groups.onAnyChange(({ group }) => all.push(group));
  n1.groups.join('workers', a);
  n2.groups.join('workers', b);
  n2.groups.join('others', b);
  await world.clock.advance(50);
  n2.groups.join('workers', b);
  await world.clock.advance(50);
  world.network.kill('n2');
  await world.clock.advance(50);
  off();
  n1.groups.leave('workers', a);
  expect(heard).toEqual([`joined ${a}`, `joined ${b}`, `joined ${b}`, `left ${b},${b}`]);
  expect(all.filter((group) => group === 'others')).toHaveLength(2);
});

it('listeners that change groups themselves hear all news in one order', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const [a, b] = [await world.spawn(n1), await world.spawn(n2)];
  n1.groups.onChange('workers', ({ kind, refs }) => {
    if (kind === 'joined' && refs[0]!.equals(b)) n1.groups.join('workers', a);
  });
  const heard: string[] = [];
  n1.groups.onChange('workers', ({ refs }) => heard.push(refs.join()));
  n2.groups.join('workers', b);
  await world.clock.advance(50);
  expect(heard).toEqual([b.toString(), a.toString()]);
});

it('broadcast casts to every process of the group once, and says how many were reached', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const [a, b] = [await world.spawn(n1), await world.spawn(n2)];
  const cast = jest.spyOn(n1, 'cast').mockImplementation((to) => to.node === 'n1');
  n1.groups.join('workers', a);
  n1.groups.join('workers', a);
  n2.groups.join('workers', b);
  await world.clock.advance(50);
  expect(n1.groups.broadcast('workers', 'refresh', { at: 1 })).toBe(1);
  expect(cast.mock.calls).toEqual([
    [a, 'refresh', { at: 1 }],
    [expect.any(ProcessRef), 'refresh', { at: 1 }],
  ]);
  expect(n1.groups.broadcast('nobody', 'refresh')).toBe(0);
});

it('after any joins, ends and partitions all nodes agree on who is in which group', async () => {
  const node = fc.nat(2);
  const group = fc.constantFrom('x', 'y');
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('join' as const), node, group }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), node, group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), node }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('partition' as const), node }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('heal' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(300) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const one = new NameWorld();
      const nodes = await one.mesh(3);
      const refs: ProcessRef[] = [];
      for (const cluster of nodes) refs.push(await one.spawn(cluster));
      let model: string[] = [];
      for (const step of steps) {
        const ref = 'node' in step ? refs[step.node]! : refs[0]!;
        const cluster = 'node' in step ? nodes[step.node]! : nodes[0]!;
        if (step.kind === 'join') {
          cluster.groups.join(step.group, ref);
          model.push(`${step.group} ${ref}`);
        } else if (step.kind === 'leave') {
          if (cluster.groups.leave(step.group, ref)) model.splice(model.indexOf(`${step.group} ${ref}`), 1);
        } else if (step.kind === 'exit') {
          cluster.node.exit(ref, 'kill');
          model = model.filter((entry) => !entry.endsWith(` ${ref}`));
          refs[step.node] = await one.spawn(cluster);
        } else if (step.kind === 'partition') {
          const apart = `n${step.node + 1}`;
          one.network.partition(
            [apart],
            nodes.map(({ self }) => self.id).filter((id) => id !== apart),
          );
        } else if (step.kind === 'heal') {
          one.network.heal();
        } else {
          await one.clock.advance(step.ms);
        }
      }
      await one.settle();
      for (const { groups } of nodes) {
        const seen = groups.groups().flatMap((name) => groups.members(name).map((ref) => `${name} ${ref}`));
        expect(seen.sort()).toEqual([...model].sort());
      }
      await one.close();
    }),
    { numRuns: 40, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
}, 60_000);
