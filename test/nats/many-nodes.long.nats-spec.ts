import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TcpDoor } from '../../libs/transport-nats/src/tcp-door.spec-support.js';
import { TestNodes, until, whole } from './support/nodes.js';

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

it('200 nodes in one process join on one server, cost little while nothing happens, and all see one crash in time', async () => {
  const began = performance.now();
  // Closed, it does to its one node what SIGKILL does to a process: the connection ends, and nobody comes back.
  const door = await TcpDoor.open(server.port);
  const victim = await nodes.start('victim', `nats://127.0.0.1:${door.port}`, { heartbeat }, SECRETS);
  const names = Array.from({ length: COUNT - 1 }, (_, n) => `n${n}`);
  const all = await Promise.all(names.map((name) => nodes.start(name, server.url, { heartbeat }, SECRETS)));
  await whole([victim, ...all]);
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

  const crashed = performance.now();
  door.close();
  await until(
    'all have seen it',
    () => all.every(({ cluster }) => cluster.members.get(victim.cluster.self.id) === undefined),
    60_000,
  );
  say(`one crash was seen by all after ${seconds(crashed)} s`);
  expect(performance.now() - crashed).toBeLessThan(heartbeat.timeoutMs * 1.25);
  expect(all.every(({ cluster }) => cluster.members.size === COUNT - 2)).toBe(true);
  expect(all.flatMap(({ events }) => events.filter((event) => event.startsWith('down')))).toHaveLength(
    COUNT - 1,
  );
  expect(await server.slowConsumers()).toBe(0);
}, 600_000);

const seconds = (since: number) => ((performance.now() - since) / 1_000).toFixed(1);
const say = (line: string) => void process.stdout.write(`  ${line}\n`);
