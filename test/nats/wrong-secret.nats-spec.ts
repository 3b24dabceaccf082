import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TestNodes, until, whole } from './support/nodes.js';

const nodes = new TestNodes();
let server: NatsServer;

beforeEach(async () => void (server = await NatsServer.start()));
afterEach(async () => {
  await nodes.close();
  await server.close();
});

const start = (name: string, secret: string, clusterName = 'shop') =>
  nodes.start(name, server.url, { clusterName }, { secrets: [secret] });
const RIGHT = 'an old horse in winter';
const WRONG = 'a new battery in summer';
const REASON = /does not hold this cluster's secret; set the same CLUSTER_SECRET on both/;

it('of nodes with different secrets those without a peer are shut out, until they have one', async () => {
  const [a, stranger] = [await start('a', RIGHT), await start('stranger', WRONG)];
  const alone = [a, stranger].map(({ cluster }) => cluster);
  await until('both are shut out', () => alone.every(({ shutOut }) => shutOut !== undefined));
  for (const { shutOut } of alone) expect(shutOut).toMatch(REASON);
  const b = await start('b', RIGHT);
  await until('a and b have each other', () => [a, b].every(({ cluster }) => cluster.members.size === 1));
  expect([a, b].map(({ cluster }) => cluster.shutOut)).toEqual([undefined, undefined]);
  expect(stranger.cluster.shutOut).toMatch(REASON);
  const other = await start('other', WRONG);
  await whole([stranger, other]);
  expect([a, b, stranger, other].map(({ cluster }) => cluster.shutOut)).toEqual(Array(4).fill(undefined));
});

it('a node alone beside a cluster of another name, with another secret, is not shut out', async () => {
  const [one, two] = [await start('one', WRONG, 'warehouse'), await start('two', WRONG, 'warehouse')];
  const a = await start('a', RIGHT);
  await whole([one, two]);
  // They speak of themselves once more, to a node that would hear them.
  await server.kill();
  await server.start();
  await until('all are back', () => [one, two, a].every(({ log }) => log.includes('nats_reconnected')));
  expect(a.cluster.shutOut).toBeUndefined();
  expect(a.log).not.toContain('peer_refused');
});
