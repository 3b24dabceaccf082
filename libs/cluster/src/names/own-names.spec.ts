import type { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import type { OnConflict } from './own-names.js';
import { NameRequests } from './name-requests.js';
import { nameDecidedBy, NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

/** n1 and n2 were apart from n3, and one process of each side registered `leader`: that of n1 earlier. */
async function conflict(onConflict: OnConflict = 'stop') {
  const [n1, n2, n3] = (await world.mesh(3)) as [Cluster, Cluster, Cluster];
  world.network.partition(['n1', 'n2'], ['n3']);
  await world.clock.advance(100);
  const [kept, lost] = [await world.spawn(n1), await world.spawn(n3)];
  const conflicts: string[] = [];
  for (const node of [n1, n2, n3]) {
    node.names.conflict.add((news) => conflicts.push(`${node.self.id}: ${news.kept} ${news.lost}`));
  }
  await world.outcome(n1.names.register('leader', kept));
  // What happens to other names makes this registration the later one, whatever the wall clocks say.
  await world.outcome(n3.names.register('before', await world.spawn(n3)));
  await world.outcome(n3.names.register('leader', lost, { onConflict }));
  expect(world.views('leader')).toEqual([kept, kept, lost].map(String));
  return { n1, n2, n3, kept, lost, conflicts };
}

const theSame = (ref: ProcessRef) => [ref, ref, ref].map(String);

describe('two processes that got one name while their nodes did not see each other', () => {
  it('are told apart when they do: one keeps it everywhere, the other is stopped with a reason that says so', async () => {
    const { n1, n3, kept, lost, conflicts } = await conflict();
    await world.settle();
    expect(world.views('leader')).toEqual(theSame(kept));
    expect(n1.node.isAlive(kept)).toBe(true);
    expect(n3.node.isAlive(lost)).toBe(false);
    expect(world.ends.get(lost.toString())).toEqual({
      shutdown: { nameConflict: 'leader', kept: kept.toString() },
    });
    // Once on the node of each of the two.
    expect(conflicts.sort()).toEqual([`n1: ${kept} ${lost}`, `n3: ${kept} ${lost}`]);
    const refs = { name: 'leader', kept: kept.toString(), lost: lost.toString() };
    expect(world.events('name_conflict')).toHaveLength(2);
    for (const node of ['n1', 'n3']) {
      expect(world.events('name_conflict')).toContainEqual(expect.objectContaining({ node, ...refs }));
    }
  });

  it('are told apart without an end where that was asked for: the loser hears name_lost and lives on', async () => {
    const { n3, kept, lost } = await conflict('demote');
    await world.settle();
    expect(world.views('leader')).toEqual(theSame(kept));
    expect(n3.node.isAlive(lost)).toBe(true);
    expect(world.infos).toEqual([{ self: lost, name: 'name_lost', payload: { name: 'leader', kept } }]);
    // It may have the name again once it is free.
    n3.exit(kept, 'kill');
    await world.clock.advance(100);
    expect(await world.outcome(n3.names.register('leader', lost))).toBeUndefined();
    await world.clock.advance(100);
    expect(world.views('leader')).toEqual(theSame(lost));
  });

  it.each<['stop' | 'demote', boolean]>([
    ['stop', false],
    ['demote', true],
  ])('are told apart as a resolver on the node of the loser says: %s', async (fate, lives) => {
    const resolver = jest.fn(() => fate);
    const { n3, kept, lost } = await conflict(resolver);
    await world.settle();
    expect(resolver.mock.calls).toEqual([[{ name: 'leader', kept, lost }]]);
    expect(n3.node.isAlive(lost)).toBe(lives);
    expect(world.views('leader')).toEqual(theSame(kept));
  });

  it('are told apart also where the resolver throws: the loser is stopped, and the error logged', async () => {
    const { n3, lost } = await conflict(() => {
      throw new Error('undecided');
    });
    await world.settle();
    expect(n3.node.isAlive(lost)).toBe(false);
    expect(world.events('name_resolver_failed')).toMatchObject([{ node: 'n3', name: 'leader' }]);
  });

  it('are told apart anew, and everybody told anew, when the loser does it again', async () => {
    const { n1, n3, kept, lost, conflicts } = await conflict('demote');
    await world.settle();
    world.network.partition(['n1', 'n2'], ['n3']);
    await world.clock.advance(100);
    await world.outcome(n3.names.register('leader', lost, { onConflict: 'demote' }));
    await world.settle();
    expect(conflicts).toHaveLength(4);
    expect(world.infos).toHaveLength(2);
    expect([n1, n3].map((node) => node.names.whereis('leader'))).toEqual([kept, kept]);
  });

  it('are told apart by what they could know: who registered knowing of the other one is the later, however little its node did', async () => {
    const [n1, , n3] = (await world.mesh(3)) as [Cluster, Cluster, Cluster];
    const [kept, lost] = [await world.spawn(n3), await world.spawn(n1)];
    for (const name of ['a', 'b', 'c', 'leader']) await world.outcome(n3.names.register(name, kept));
    await world.clock.advance(50);
    world.network.partition(['n1', 'n2'], ['n3']);
    await world.clock.advance(100);
    expect(await world.outcome(n1.names.register('leader', lost))).toBeUndefined();
    await world.settle();
    expect(world.views('leader')).toEqual(theSame(kept));
  });

  it('are no conflict where one has ended before they meet', async () => {
    const { n1, kept, lost } = await conflict();
    n1.node.exit(kept, 'kill');
    await world.settle();
    expect(world.views('leader')).toEqual(theSame(lost));
    expect(world.events('name_conflict')).toEqual([]);
  });

  it('are one afterwards also where the connection is lost again while they are told apart', async () => {
    const { kept } = await conflict();
    world.network.heal();
    for (let n = 0; n < 10; n++) {
      await world.clock.advance(30);
      world.network.disconnect('n1', 'n3');
    }
    await world.settle();
    expect(world.views('leader')).toEqual(theSame(kept));
    expect(world.events('name_conflict').filter(({ node }) => node === 'n3')).toHaveLength(1);
  });

  it('are told of once, also where the answer is lost and has to be asked for again', async () => {
    const { n1, kept, lost, conflicts } = await conflict();
    let answers = 0;
    n1.names.conflict.add(() => {
      if (answers++ === 0) world.network.partition(['n1'], ['n3'], { mode: 'one-way' });
    });
    const asked = jest.spyOn(NameRequests.prototype, 'ask');
    world.network.heal();
    await world.clock.advance(500);
    world.network.disconnect('n1', 'n3');
    await world.settle();
    const contests = asked.mock.calls.filter(([, request]) => request.op === 'confirm');
    asked.mockRestore();
    expect(contests.length).toBeGreaterThan(1);
    expect(conflicts.sort()).toEqual([`n1: ${kept} ${lost}`, `n3: ${kept} ${lost}`]);
    expect(world.views('leader')).toEqual(theSame(kept));
  });

  it('are not seen where the earlier one gave the name up in time, and only that news is late', async () => {
    const [n1, n2, n3] = (await world.mesh(3)) as [Cluster, Cluster, Cluster];
    const name = nameDecidedBy('n3', 3);
    const [first, second] = [await world.spawn(n1), await world.spawn(n2)];
    // Their link stands, and is slow.
    world.network.partition(['n1'], ['n2'], { mode: 'blackhole' });
    expect(await world.outcome(n1.names.register(name, first))).toBeUndefined();
    await n1.names.unregister(name);
    await world.clock.advance(100);
    expect(await world.outcome(n2.names.register(name, second))).toBeUndefined();
    world.network.heal();
    await world.clock.advance(500);
    expect([n1, n2, n3].map(({ members }) => members.size)).toEqual([2, 2, 2]);
    expect(world.views(name)).toEqual(theSame(second));
    expect(world.events('name_conflict')).toEqual([]);
    expect(n2.node.isAlive(second)).toBe(true);
  });
});
