import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { NatsServers } from './support/nats-cluster.js';
import { TestNodes, Traffic, until, whole, type TestNode } from './support/nodes.js';

const nodes = new TestNodes();
let close: () => Promise<void>;

afterEach(async () => {
  await nodes.close();
  await close();
});

const downs = (all: readonly TestNode[]) =>
  all.flatMap(({ events }) => events.filter((event) => event.startsWith('down')));

/** The server that leads a stream with three replicas, by its place. Servers that have just started elect one that leads them all first. */
async function leaderOf(servers: NatsServers): Promise<number> {
  const client = await connect({ servers: servers.urls().split(',') });
  const limit = performance.now() + 30_000;
  try {
    for (;;) {
      try {
        const manager = await jetstreamManager(client, { timeout: 1_000 });
        const { cluster } = await manager.streams.add({ name: 'led', subjects: ['led'], num_replicas: 3 });
        return Number(cluster!.leader!.slice(1));
      } catch (error) {
        if (performance.now() > limit) throw error;
      }
    }
  } finally {
    await client.close();
  }
}

it('the only server is killed and started again, three times: no node goes down, every call is answered', async () => {
  const server = await NatsServer.start();
  close = () => server.close();
  const all = await Promise.all(['a', 'b', 'c'].map((name) => nodes.start(name, server.url)));
  await whole(all);
  const traffic = await Traffic.start(all);
  for (let round = 0; round < 3; round++) {
    await traffic.goesOn(500);
    await server.kill();
    await server.start();
    await traffic.goesOn(500);
  }
  await traffic.stop();
  expect(all.map(({ log }) => log.filter((event) => event === 'nats_reconnected').length)).toEqual([3, 3, 3]);
  expect([downs(all), traffic.failures, traffic.wrong]).toEqual([[], [], []]);
});

describe('of a cluster of three servers', () => {
  let servers: NatsServers;
  let all: TestNode[];
  let traffic: Traffic;

  beforeEach(async () => {
    servers = await NatsServers.start();
    close = () => servers.close();
    all = await Promise.all(['a', 'b', 'c', 'd'].map((name, n) => nodes.start(name, servers.urls(n % 3))));
    await whole(all);
    traffic = await Traffic.start(all);
    await traffic.goesOn(200);
  });

  it('each is killed in turn and comes back: no node goes down, every call is answered', async () => {
    for (const server of servers.servers) {
      await server.kill();
      await traffic.goesOn(1_000);
      await server.start();
      await traffic.goesOn(500);
    }
    await traffic.stop();
    expect([downs(all), traffic.failures, traffic.wrong]).toEqual([[], [], []]);
  });

  it('the one that leads JetStream is killed: no node goes down, every call is answered', async () => {
    await servers.servers[await leaderOf(servers)]!.kill();
    await traffic.goesOn(2_000);
    await traffic.stop();
    expect([downs(all), traffic.failures, traffic.wrong]).toEqual([[], [], []]);
  });

  it('one freezes (SIGSTOP), as after a loss of power: its nodes go to others, none goes down, every call is answered', async () => {
    const clients = await Promise.all(
      servers.servers.map(async (server) => (await server.subscriptions()).length),
    );
    const most = Math.max(...clients);
    const frozen = servers.servers[clients.indexOf(most)];
    process.kill(frozen!.pid, 'SIGSTOP');
    const moved = () => all.filter(({ log }) => log.includes('nats_reconnected')).length;
    await until('its nodes are elsewhere', () => moved() === most);
    await traffic.goesOn(1_000);
    process.kill(frozen!.pid, 'SIGCONT');
    await traffic.goesOn(1_000);
    await traffic.stop();
    expect([downs(all), traffic.failures, traffic.wrong]).toEqual([[], [], []]);
  });

  it('all are killed at once and come back: no node goes down, every call is answered', async () => {
    await Promise.all(servers.servers.map((server) => server.kill()));
    await Promise.all(servers.servers.map((server) => server.start()));
    await traffic.goesOn(1_000);
    await traffic.stop();
    expect([downs(all), traffic.failures, traffic.wrong]).toEqual([[], [], []]);
  });
});

it('no server for longer than the failure detector waits: all are down for each other, and back when it is', async () => {
  const server = await NatsServer.start();
  close = () => server.close();
  const heartbeat = { intervalMs: 100, timeoutMs: 500 };
  const all = await Promise.all(['a', 'b', 'c'].map((name) => nodes.start(name, server.url, { heartbeat })));
  await whole(all);
  await server.kill();
  await until('all are alone', () => all.every(({ cluster }) => cluster.members.size === 0), 5_000);
  await server.start();
  await whole(all);
  expect(new Set(downs(all).map((event) => event.split(' ')[2]))).toEqual(new Set(['heartbeat_timeout']));
  const traffic = await Traffic.start(all);
  await traffic.goesOn(500);
  await traffic.stop();
  expect(traffic.failures).toEqual([]);
});
