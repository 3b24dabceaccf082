import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TestNodes, whole } from './support/nodes.js';

const COUNT = 200;
/** Each of the nodes hears of every other one: at the usual second one OS process would be busy with 80 000 heartbeats a second. */
const heartbeat = { intervalMs: 10_000, timeoutMs: 40_000 };

/** None: two hundred keys from one secret would only take their time. */
const SECRETS: string[] = [];

let server: NatsServer;
const nodes = new TestNodes();

beforeEach(async () => void (server = await NatsServer.start()));
afterEach(async () => {
  await nodes.close();
  await server.close();
});

it('200 nodes in one process join on one server, and cost little while nothing happens', async () => {
  const began = performance.now();
  const names = Array.from({ length: COUNT }, (_, n) => `n${n}`);
  const all = await Promise.all(names.map((name) => nodes.start(name, server.url, { heartbeat }, SECRETS)));
  await whole(all);
  say(`${COUNT} nodes were up for each other after ${seconds(began)} s`);

  const [before, cpu, from] = [await server.traffic(), process.cpuUsage(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  const [after, used] = [await server.traffic(), process.cpuUsage(cpu)];
  const spanMs = performance.now() - from;
  const share = (used.user + used.system) / 1_000 / spanMs;
  const perNode = (bytes: number) => Math.round((bytes * 1_000) / spanMs / COUNT);
  say(
    `a node at rest: ${((share * 1_000) / COUNT).toFixed(2)} ms of CPU, ${perNode(after.messages - before.messages)} messages and ${perNode(after.bytes - before.bytes)} bytes sent a second`,
  );
  say(
    `memory: ${Math.round(process.memoryUsage().rss / 2 ** 20 / COUNT)} MiB a node with ${COUNT - 1} peers`,
  );

  expect(share * 1_000).toBeLessThan(5 * COUNT);
  expect(all.flatMap(({ events }) => events.filter((event) => event.startsWith('down')))).toEqual([]);
  expect(await server.slowConsumers()).toBe(0);
}, 600_000);

const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(1);
const say = (line: string) => void process.stdout.write(`  ${line}\n`);
