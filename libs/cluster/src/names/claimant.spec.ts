import type { Cluster } from '../cluster.js';
import { chooseArbiter } from './arbiter-choice.js';
import { arbiterOf, nameDecidedBy, NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

const openClaims = () => world.nodes.map((node) => arbiterOf(node).openClaims);

/** A name that n3 decides about among three nodes, and n4 once it is there. */
function movingName(): string {
  for (let n = 0; ; n++) {
    const name = `moving-${n}`;
    if (chooseArbiter(name, ['n1', 'n2', 'n3']) !== 'n3') continue;
    if (chooseArbiter(name, ['n1', 'n2', 'n3', 'n4']) === 'n4') return name;
  }
}

it('is asked of the node that decides, and of no other', async () => {
  const nodes = await world.mesh(3);
  const name = nameDecidedBy('n2', 3);
  const asked = nodes.map((node) => jest.spyOn(arbiterOf(node), 'decide'));
  await world.outcome(nodes[0]!.names.register(name, await world.spawn(nodes[0]!)));
  expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 1, 0]);
});

it('is asked again of the node that decides by the time the answer comes, and the first one keeps nothing', async () => {
  const [n1] = (await world.mesh(3)) as [Cluster];
  const name = movingName();
  const ref = await world.spawn(n1);
  world.network.pause('n3');
  const registered = n1.names.register(name, ref);
  await world.clock.advance(50);
  const n4 = await world.start('n4', { incarnation: 1 });
  const asked = jest.spyOn(arbiterOf(n4), 'decide');
  await world.clock.advance(300);
  expect(n1.names.names()).toEqual([]);
  world.network.resume('n3');
  expect(await world.outcome(registered)).toBeUndefined();
  expect(asked).toHaveBeenCalledTimes(1);
  await world.clock.advance(500);
  expect(openClaims()).toEqual([0, 0, 0, 0]);
  expect(world.views(name)).toEqual([ref, ref, ref, ref].map(String));
});

it('is not asked of a node whose names are not all here', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const name = nameDecidedBy('n2', 2);
  (n1.names as unknown as { synced: Set<string> }).synced.delete('n2');
  const asked = jest.spyOn(arbiterOf(n2), 'decide');
  expect(await world.outcome(n1.names.register(name, await world.spawn(n1)))).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
});

it('that is given up in time leaves nothing with any arbiter', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const ref = await world.spawn(n1);
  world.network.pause('n2');
  const late = n1.names.register(nameDecidedBy('n2', 2), ref, { timeoutMs: 100 });
  expect(await world.outcome(late)).toMatchObject({ code: 'name_claim_timeout' });
  world.network.resume('n2');
  await world.clock.advance(300);
  expect(n2.members.size).toBe(1);
  expect(openClaims()).toEqual([0, 0]);
});
