import { NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

it('a node knows which peers have not told all of their names yet', async () => {
  const n1 = await world.start('n1');
  const seen: string[][] = [];
  n1.members.nodeUp.add(() => seen.push(n1.names.unsynced));
  expect(n1.names.unsynced).toEqual([]);
  const n2 = await world.start('n2');
  await world.clock.advance(100);
  expect(seen).toEqual([['n2']]);
  expect([n1.names.unsynced, n2.names.unsynced, n1.members.size]).toEqual([[], [], 1]);
});
