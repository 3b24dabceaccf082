import { connect } from 'node:net';
import { expectRefusal, TestNodes } from './test-nodes.spec-support.js';

const nodes = new TestNodes();
afterEach(() => nodes.close());

it('joins nodes with the same secret', async () => {
  const a = await nodes.start('a', { secrets: ['one'] });
  const b = await nodes.start('b', { secrets: ['one'], seeds: [a.address] });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
});

it('names a wrong secret on both sides', async () => {
  const a = await nodes.start('a', { secrets: ['right horse'] });
  const b = await nodes.start('b', { secrets: ['wrong horse'], seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    /refused 127\.0\.0\.1: .*CLUSTER_SECRET/,
    new RegExp(`refused ${a.address}: .*CLUSTER_SECRET`),
  );
});

it('tells a node without a secret what it lacks, and the other one who asked', async () => {
  const a = await nodes.start('a', { secrets: ['one'] });
  const b = await nodes.start('b', { seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    /refused 127\.0\.0\.1: it connects without encryption.*CLUSTER_SECRET/,
    new RegExp(`refused by ${a.address}: it requires a CLUSTER_SECRET`),
  );
});

it('tells a node with a secret that the other has none, and the other that it lacks one', async () => {
  const a = await nodes.start('a');
  const b = await nodes.start('b', { secrets: ['one'], seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    /refused 127\.0\.0\.1: it speaks TLS.*CLUSTER_SECRET/,
    new RegExp(`refused ${a.address}: .*without encryption.*CLUSTER_SECRET`),
  );
});

it.each([[[]], [['one']]])('names another cluster on both sides, with secrets %j', async (secrets) => {
  const a = await nodes.start('a', { secrets }, { clusterName: 'shop' });
  const b = await nodes.start('b', { secrets, seeds: [a.address] }, { clusterName: 'mall' });
  await expectRefusal(
    a,
    b,
    /"mall".*"shop".*CLUSTER_NAME/,
    /"mall".*"shop".*CLUSTER_NAME|"shop".*"mall".*CLUSTER_NAME/,
  );
});

it.each([1, 2])(
  'names a taken name on both sides, also when both started in one millisecond: %d',
  async (incarnation) => {
    const a = await nodes.start('a');
    const b = await nodes.start('b', { seeds: [a.address] });
    await b.host.connected('a');
    const impostor = await nodes.start('b', { seeds: [a.address] }, { incarnation });
    await Promise.all([a.warned(/named "b".*NODE_NAME/), impostor.warned(/named "b".*NODE_NAME/)]);
    expect(impostor.host.events).toEqual([]);
    expect(a.host.events).toHaveLength(1);
  },
);

describe('rotation', () => {
  it.each([
    ['old', ['old'], ['old', 'new']],
    ['both, before and after the switch', ['old', 'new'], ['new', 'old']],
    ['new', ['new', 'old'], ['new']],
  ])('joins nodes that share one of two secrets: %s', async (_, ofA, ofB) => {
    const a = await nodes.start('a', { secrets: ofA });
    const b = await nodes.start('b', { secrets: ofB, seeds: [a.address] });
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  });

  it('accepts every secret and dials with the first, then with the others where that is refused', async () => {
    const a = await nodes.start('a', { secrets: ['old'] });
    const b = await nodes.start('b', { secrets: ['new', 'old'], seeds: [a.address] });
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    expect(a.lines.join('\n')).toMatch(/does not hold this cluster's secret/);
    const c = await nodes.start('c', { secrets: ['old', 'new'], seeds: [a.address] });
    await Promise.all([a.host.connected('c'), c.host.connected('a')]);
    expect(a.host.transport.refusals?.get('wrong_secret')).toBe(1);
  });
});

it('never logs a secret or a key', async () => {
  const secret = 'correct-horse-battery';
  const a = await nodes.start('a', { secrets: [secret] });
  const b = await nodes.start('b', { secrets: ['other-horse-battery'], seeds: [a.address] });
  const c = await nodes.start('c', { secrets: [secret], seeds: [a.address] });
  await Promise.all([a.warned(/CLUSTER_SECRET/), b.warned(/CLUSTER_SECRET/), c.host.connected('a')]);
  expect([a, b, c].flatMap(({ lines }) => lines).join('\n')).not.toContain('horse');
});

it('does not introduce itself to whoever connects without its secret', async () => {
  const a = await nodes.start('a', { secrets: ['one'] });
  const socket = connect(Number(a.address.split(':')[1]), '127.0.0.1');
  const chunks: Buffer[] = [];
  const ended = new Promise((resolve) =>
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).once('close', resolve),
  );
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await ended;
  expect(Buffer.concat(chunks)).toHaveLength(0);
});

it('warns when it listens openly', async () => {
  const a = await nodes.start('a', { host: '0.0.0.0', insecure: true });
  expect(a.lines.join('\n')).toMatch(/anyone who reaches port \d+ controls the cluster/);
});
