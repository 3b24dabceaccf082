import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HeartbeatOptions } from '@noex/cluster';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TestNodes, until, whole } from './support/nodes.js';

const MIB = 2 ** 20;
const SECRET = 'a-secret-of-enough-bytes';

interface Report {
  readonly count: number;
  readonly inOrder: boolean;
  readonly log: readonly string[];
}

const nodes = new TestNodes();
let server: NatsServer;
let reader: ChildProcess;

beforeEach(async () => {
  // A server holds 64 MiB for a client by default. With so little here, whoever sends on regardless has its reader cut off at once.
  server = await NatsServer.configured('max_pending: 4MB');
});
afterEach(async () => {
  reader.kill('SIGKILL');
  await nodes.close();
  await server.close();
});

const startReader = async (heartbeat?: Partial<HeartbeatOptions>) => {
  const config = JSON.stringify({ name: 'reader', servers: server.url, secret: SECRET, heartbeat });
  reader = fork(join(__dirname, 'support/reader.mjs'), { env: { ...process.env, NATS_READER: config } });
  await once(reader, 'message');
};

const report = async (): Promise<Report> => {
  const answer = once(reader, 'message');
  reader.send('report');
  return (await answer)[0] as Report;
};

it('a node that is stopped (SIGSTOP) under a flood is not cut off by the server, and loses nothing', async () => {
  await startReader();
  const { cluster, events, log } = await nodes.start('a', server.url);
  await until('the reader is up', () => cluster.members.size === 1);
  const sink = await cluster.spawn('sink', { on: 'reader' });
  const payload = Buffer.alloc(64 * 1024);
  let taken = 0;
  const flood = async (until: number) => {
    while (performance.now() < until) {
      if (cluster.cast(sink, 'note', { n: taken, payload })) taken++;
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await flood(performance.now() + 200);
  reader.kill('SIGSTOP');
  // Less than the failure detector waits, and long enough to fill whatever has no limit.
  await flood(performance.now() + 2_500);
  expect(taken * payload.length).toBeGreaterThan(24 * MIB);
  expect(await server.slowConsumers()).toBe(0);
  expect(await server.pendingBytes()).toBeLessThan(2 * MIB);
  reader.kill('SIGCONT');
  await cluster.drained('reader');
  let result = await report();
  while (result.count < taken) result = await report();
  expect(result).toMatchObject({ count: taken, inOrder: true });
  expect([...log, ...result.log].filter((event) => event === 'nats_disconnected')).toEqual([]);
  expect(events).toEqual(['up reader']);
  expect(await server.slowConsumers()).toBe(0);
});

it('a node that is stopped for longer than the failure detector waits is down for the others, and back when it goes on', async () => {
  const heartbeat = { intervalMs: 200, timeoutMs: 1_000 };
  await startReader(heartbeat);
  const [a, b] = await Promise.all(['a', 'b'].map((name) => nodes.start(name, server.url, { heartbeat })));
  await whole([a!, b!], 3);
  const sink = await a!.cluster.spawn('sink', { on: 'reader' });
  reader.kill('SIGSTOP');
  const isDown = () => [a!, b!].every(({ events }) => events.includes('down reader heartbeat_timeout'));
  await until('it is down', isDown, 10_000);
  expect(a!.cluster.cast(sink, 'note', { n: 0 })).toBe(false);
  reader.kill('SIGCONT');
  await until('it is back', () => [a!, b!].every(({ cluster }) => cluster.members.size === 2), 10_000);
  expect(a!.cluster.cast(sink, 'note', { n: 0 })).toBe(true);
  await a!.cluster.drained('reader');
  let result = await report();
  while (result.count < 1) result = await report();
  expect(result).toMatchObject({ count: 1, inOrder: true });
  for (const { events } of [a!, b!]) {
    expect(events.filter((event) => event.includes('reader'))).toEqual([
      'up reader',
      'down reader heartbeat_timeout',
      'up reader',
    ]);
    expect(events.filter((event) => event.startsWith('down') && !event.includes('reader'))).toEqual([]);
  }
  expect(await server.slowConsumers()).toBe(0);
});
