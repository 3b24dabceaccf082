import type { Cluster } from '../cluster.js';
import { NameWorld } from '../names/names.spec-support.js';
import { quorumSize, type QuorumRule } from './quorum.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

const has = () => world.nodes.map(({ quorum }) => quorum.has);
/** What is compared, without the rest of the node behind it. */
const state = ({ quorum: { has: yes, seen, needed, lost } }: Cluster) => ({ has: yes, seen, needed, lost });
const register = async (node: Cluster, name: string) =>
  world.outcome(node.names.register(name, await world.spawn(node)));

it.each<[QuorumRule, number, number]>([
  [false, 9, 0],
  [3, 9, 3],
  ['majority', 1, 1],
  ['majority', 2, 2],
  ['majority', 3, 2],
  ['majority', 4, 3],
  ['majority', 5, 3],
])('the rule %j asks of %i known nodes that %i are seen', (rule, known, needed) => {
  expect(quorumSize(rule, known)).toBe(needed);
});

it.each([2, 3, 4, 5, 8])('no two sides of %i nodes both have a majority', (known) => {
  for (let side = 0; side <= known; side++) {
    const needed = quorumSize('majority', known);
    expect(side >= needed && known - side >= needed).toBe(false);
  }
});

describe.each<[QuorumRule]>([['majority'], [2]])('with quorum %j', (quorum) => {
  it('the smaller side of a partition takes no new names and starts none of a name; the larger one goes on', async () => {
    const [n1, n2, n3] = (await world.mesh(3, { quorum })) as [Cluster, Cluster, Cluster];
    const held = await world.spawn(n3);
    await world.outcome(n3.names.register('held', held));
    world.log.length = 0;
    const changes: boolean[] = [];
    n3.quorum.change.add((now) => changes.push(now));
    world.network.partition(['n1', 'n2'], ['n3']);
    await world.clock.advance(100);
    expect(has()).toEqual([true, true, false]);

    const refused = { name: 'NoQuorumError', code: 'no_quorum', outcome: 'not-run' };
    expect(await register(n3, 'leader')).toMatchObject({
      ...refused,
      data: { node: 'n3', seen: 1, needed: 2 },
    });
    const processes = n3.node.processCount;
    expect(await world.outcome(n3.spawn('idle', { globalName: 'leader', on: 'local' }))).toMatchObject(
      refused,
    );
    expect(n3.node.processCount).toBe(processes);
    // Anything else goes on, and so does what is held.
    expect(await world.outcome(n3.spawn('idle', { on: 'local' }))).toBeUndefined();
    expect(n3.names.whereis('held')).toEqual(held);
    expect(await world.outcome(n3.names.register('held', held))).toBeUndefined();
    expect(await register(n1, 'leader')).toBeUndefined();
    expect(await world.outcome(n2.spawn('idle', { globalName: 'other', on: 'n1' }))).toBeUndefined();
    expect(n3.quorum.missingReason).toBe(
      'no quorum: the node sees 1 of the 2 nodes it needs, itself included; lost: n1, n2',
    );

    await world.settle();
    expect(has()).toEqual([true, true, true]);
    expect(n3.quorum.missingReason).toBeUndefined();
    expect(await register(n3, 'later')).toBeUndefined();
    expect(changes).toEqual([false, true]);
    expect(world.log.filter(({ event }) => event?.startsWith('quorum_'))).toMatchObject([
      { node: 'n3', event: 'quorum_lost', seen: 1, needed: 2 },
      { node: 'n3', event: 'quorum_regained', seen: expect.any(Number), needed: 2 },
    ]);
  });
});

it('a claim that is under way when the quorum is lost is refused, and nothing is left', async () => {
  const [n1] = (await world.mesh(2, { quorum: 2 })) as [Cluster];
  const ref = await world.spawn(n1);
  world.network.pause('n2');
  const claims = Array.from({ length: 20 }, (_, n) => n1.names.register(`name-${n}`, ref));
  const under = claims.map((claim) =>
    claim.then(
      () => undefined,
      (error: { code: string }) => error.code,
    ),
  );
  await world.clock.advance(20);
  world.network.kill('n2');
  await world.clock.advance(100);
  const codes = await Promise.all(under);
  // Those that n1 itself decides were registered before.
  expect(codes).toContain('no_quorum');
  expect(n1.names.names()).toHaveLength(codes.filter((code) => code === undefined).length);
});

it('without a rule each side goes on', async () => {
  const nodes = await world.mesh(2);
  world.network.partition(['n1'], ['n2']);
  await world.clock.advance(100);
  expect(await Promise.all(nodes.map((node) => register(node, 'leader')))).toEqual([undefined, undefined]);
});

describe('a number of nodes', () => {
  it('is waited for from the start, whoever has been seen', async () => {
    const n1 = await world.start('n1', { quorum: 2 });
    expect(await register(n1, 'leader')).toMatchObject({ code: 'no_quorum' });
    expect(world.events('quorum_lost')).toEqual([]);
    await world.start('n2', { quorum: 2 });
    await world.clock.advance(500);
    expect(has()).toEqual([true, true]);
    expect(await register(n1, 'leader')).toBeUndefined();
  });
});

describe('a majority', () => {
  it('shrinks with nodes that leave in order, one after the other, to the last', async () => {
    const [n1, n2, n3] = (await world.mesh(3, { quorum: 'majority' })) as [Cluster, Cluster, Cluster];
    await world.outcome(n3.stop(10));
    await world.clock.advance(100);
    await world.outcome(n2.stop(10));
    await world.clock.advance(100);
    expect(state(n1)).toMatchObject({ has: true, seen: 1, needed: 1, lost: [] });
  });

  it('counts who crashed, until it comes back in a new life', async () => {
    const [n1] = (await world.mesh(2, { quorum: 'majority' })) as [Cluster];
    world.network.kill('n2');
    await world.clock.advance(100);
    expect(state(n1)).toMatchObject({ has: false, seen: 1, needed: 2, lost: ['n2'] });
    await world.start('n2', { incarnation: 2, quorum: 'majority' });
    await world.clock.advance(500);
    expect(state(n1)).toMatchObject({ has: true, seen: 2, needed: 2, lost: [] });
  });

  it('counts who crashed, until an operator says on any node that it will not come back', async () => {
    const [n1, n2] = (await world.mesh(4, { quorum: 'majority' })) as [Cluster, Cluster];
    world.network.kill('n3');
    world.network.kill('n4');
    await world.clock.advance(100);
    expect([n1.quorum.has, n2.quorum.has]).toEqual([false, false]);
    n1.quorum.forget('n4');
    await world.clock.advance(50);
    expect([n1, n2].map(state)).toMatchObject([
      { has: true, lost: ['n3'] },
      { has: true, lost: ['n3'] },
    ]);
  });

  it('is none for a newcomer on the smaller side: it learns there who is missing', async () => {
    await world.mesh(3, { quorum: 'majority' });
    world.network.partition(['n1'], ['n2', 'n3']);
    world.network.partition(['n4'], ['n2', 'n3']);
    await world.clock.advance(100);
    const n4 = await world.start('n4', { quorum: 'majority' });
    await world.clock.advance(1_000);
    expect(state(n4)).toMatchObject({ has: false, seen: 2, needed: 3 });
    expect(has()).toEqual([false, true, true, false]);
    await world.settle();
    expect(has()).toEqual([true, true, true, true]);
    expect(world.nodes.map(({ quorum }) => quorum.lost)).toEqual([[], [], [], []]);
  });

  it('is not taken away by a peer that calls those lost whom this node sees, nor by one that names too many', async () => {
    const [n1, n2] = (await world.mesh(3, { quorum: 'majority' })) as [Cluster, Cluster];
    const link = n2.members.get('n1')!;
    const kind = 44;
    link.control((to) => to.plain(kind, ['n1', 'n2', 'n3']));
    await world.clock.advance(50);
    expect(state(n1)).toMatchObject({ has: true, lost: [] });
    link.control((to) =>
      to.plain(
        kind,
        Array.from({ length: 10_001 }, (_, n) => `ghost-${n}`),
      ),
    );
    await world.clock.advance(50);
    expect(world.events('protocol_error')).toMatchObject([{ node: 'n1', peer: 'n2' }]);
  });
});
