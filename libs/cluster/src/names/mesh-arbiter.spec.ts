import { ProcessRef } from '@noex/contracts';
import { MeshArbiter, type NameClaim } from './mesh-arbiter.js';
import { NameTable } from './name-table.js';
import type { Registration } from './registration.js';

const ref = (node: string, id = 1) => new ProcessRef(node, 1, id);
let numbers = 0;
const claim = (node: string, name = 'leader', id = 1): NameClaim => ({
  node,
  number: ++numbers,
  name,
  ref: ref(node, id),
});

function setup() {
  const table = new NameTable(() => {});
  const asked: string[] = [];
  let answer: (held: boolean) => void = () => {};
  const arbiter = new MeshArbiter(table, ({ ref: holder }: Registration) => {
    asked.push(holder.toString());
    return new Promise((resolve) => (answer = resolve));
  });
  return { table, arbiter, asked, answer: (held: boolean) => answer(held) };
}

it('grants a free name to who asks first; others hear who it is', async () => {
  const { arbiter } = setup();
  const [first, second] = await Promise.all([arbiter.decide(claim('n1')), arbiter.decide(claim('n2'))]);
  expect(first).toBeUndefined();
  expect(second).toMatchObject({ code: 'name_taken', data: { name: 'leader', holder: 'n1~1~1' } });
});

it('names the node where the process is yet to be started', async () => {
  const { arbiter } = setup();
  await arbiter.decide({ ...claim('n1'), ref: undefined });
  expect(await arbiter.decide(claim('n2'))).toMatchObject({
    message: expect.stringContaining('a process that node "n1" is starting'),
    data: { name: 'leader', node: 'n1' },
  });
});

it('refuses a name that is held, once its node has said so', async () => {
  const { table, arbiter, asked, answer } = setup();
  table.add({ name: 'leader', ref: ref('n1'), epoch: 1 });
  const decision = arbiter.decide(claim('n2'));
  answer(true);
  expect(await decision).toMatchObject({ code: 'name_taken', data: { holder: 'n1~1~1' } });
  expect(asked).toEqual(['n1~1~1']);
  expect(arbiter.openClaims).toBe(0);
});

it('does not refuse for what is out of date', async () => {
  const { table, arbiter, answer } = setup();
  table.add({ name: 'leader', ref: ref('n1'), epoch: 1 });
  const decision = arbiter.decide(claim('n2'));
  table.dropNode('n1');
  answer(false);
  expect(await decision).toBeUndefined();
});

it('grants the holder its own name', async () => {
  const { table, arbiter } = setup();
  table.add({ name: 'leader', ref: ref('n1'), epoch: 1 });
  expect(await arbiter.decide(claim('n1'))).toBeUndefined();
});

it.each<[string, (arbiter: MeshArbiter, first: NameClaim) => void]>([
  ['cancelled', (arbiter, { node, number }) => arbiter.cancel(node, number)],
  ['lost with its node', (arbiter, { node }) => arbiter.dropNode(node)],
  ['settled, its registration being in the table', (arbiter, { name, node }) => arbiter.settle(name, node)],
])('keeps a name for a claim until it is %s', async (_, end) => {
  const { arbiter } = setup();
  const first = claim('n1');
  await arbiter.decide(first);
  arbiter.cancel('n1', first.number + 1000);
  arbiter.dropNode('n2');
  arbiter.settle('leader', 'n2');
  arbiter.settle('other', 'n1');
  expect(await arbiter.decide(claim('n2'))).toMatchObject({ code: 'name_taken' });
  end(arbiter, first);
  expect(arbiter.openClaims).toBe(0);
  expect(await arbiter.decide(claim('n2'))).toBeUndefined();
});

it.each<[string, (arbiter: MeshArbiter, first: NameClaim) => void]>([
  ['cancelled', (arbiter, { node, number }) => arbiter.cancel(node, number)],
  ['lost', (arbiter, { node }) => arbiter.dropNode(node)],
])('keeps nothing for a claim that was %s while its rival was asked', async (_, end) => {
  const { table, arbiter, answer } = setup();
  table.add({ name: 'leader', ref: ref('n1'), epoch: 1 });
  const first = claim('n2');
  const decision = arbiter.decide(first);
  end(arbiter, first);
  table.dropNode('n1');
  answer(false);
  await decision;
  expect(await arbiter.decide(claim('n3'))).toBeUndefined();
});

it('lets no node have more than 100,000 claims under way', async () => {
  const { arbiter } = setup();
  for (let n = 0; n < 100_000; n++) void arbiter.decide(claim('n1', `name-${n}`));
  expect(await arbiter.decide(claim('n1', 'one more'))).toMatchObject({ code: 'overloaded' });
  expect(await arbiter.decide(claim('n2', 'of another node'))).toBeUndefined();
  expect(arbiter.openClaims).toBe(100_001);
});
