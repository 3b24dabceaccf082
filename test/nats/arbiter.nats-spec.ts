import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { silentLogger, systemClock, type Arbiter, type Lease } from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { natsArbiter, type NatsArbiterOptions } from '@noex/transport-nats';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TcpDoor } from '../../libs/transport-nats/src/tcp-door.spec-support.js';
import { KeptName } from './support/kept-name.js';
import { NatsServers } from './support/nats-cluster.js';
import { TestNodes, until, whole } from './support/nodes.js';

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Of a cluster of servers: the loss of a stream's leader takes up to ten seconds to mend, which a third of a lease has to outlast. */
const CLUSTER_LEASE_MS = 30_000;

async function arbiterOf(node: string, options: Partial<NatsArbiterOptions>): Promise<Arbiter> {
  const arbiter = natsArbiter({ clusterName: 'shop', connectTimeoutMs: 60_000, ...options });
  closing.push(() => arbiter.close());
  await arbiter.start({ node, clock: systemClock, logger: silentLogger });
  return arbiter;
}

const isLease = (answer: object): answer is Lease => 'epoch' in answer;

/** Asked again until it answers. */
const insist = async <T>(ask: () => Promise<T>): Promise<T> => ask().catch(() => insist(ask));

/** A store that takes a write only of the greatest epoch that it has seen, as the guide has it. */
class GuardedStore {
  private epoch = 0;
  readonly written: string[] = [];

  write(text: string, epoch: number): boolean {
    if (epoch < this.epoch) return false;
    this.epoch = epoch;
    this.written.push(text);
    return true;
  }
}

describe('three servers that keep three replicas of the names', () => {
  let servers: NatsServers;
  const names = (node: string, first: number) =>
    arbiterOf(node, { servers: servers.urls(first), replicas: 3, leaseMs: CLUSTER_LEASE_MS });

  beforeEach(async () => {
    servers = await NatsServers.start();
    closing.push(() => servers.close());
  });

  /** The place of the server that leads the stream of the bucket. */
  async function leader(): Promise<number> {
    const client = await connect({ servers: servers.urls().split(',') });
    const manager = await jetstreamManager(client);
    const { cluster } = await manager.streams.info('KV_shop_names');
    await client.close();
    return Number(cluster!.leader!.slice(1));
  }

  it('give each name to one of many that claim it at once', async () => {
    const arbiters = await Promise.all(['a', 'b', 'c', 'd'].map((node, n) => names(node, n % 3)));
    for (let round = 0; round < 50; round++) {
      const answers = await Promise.all(arbiters.map((each, n) => each.claim(`job ${round}`, `node ${n}`)));
      expect(answers.filter(isLease)).toHaveLength(1);
    }
  });

  it('lose no lease where the one that leads the bucket is killed, again and again, and no epoch comes back', async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(names));
    const kept = await Promise.all([a, b, c].map((each, n) => KeptName.claim(each!, `orders ${n}`)));
    const { id } = a!;
    let epoch = 0;
    for (let round = 0; round < 3; round++) {
      const killed = servers.servers[await leader()]!;
      await killed.kill();
      const lease = (await insist(() => b!.claim(`after ${round}`, 'b'))) as Lease;
      expect(lease.epoch).toBeGreaterThan(epoch);
      epoch = lease.epoch;
      await Promise.all(kept.map((name) => name.renewed()));
      await killed.start();
      for (const [n, each] of kept.entries()) {
        const answer = await insist(() => [b, c, a][n]!.claim(each.lease.name, 'thief'));
        expect(answer).toEqual({ taken: { holder: 'holder', epoch: each.lease.epoch } });
      }
    }
    expect(kept.map((name) => name.stop())).toEqual([[], [], []]);
    // Whoever comes later sees the same bucket.
    expect((await names('d', 0)).id).toBe(id);
  });

  it('lose no lease where all are killed at once and started again, and the epochs go on', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map(names));
    const kept = await KeptName.claim(a!, 'orders');
    await Promise.all(servers.servers.map((server) => server.kill()));
    await Promise.all(servers.servers.map((server) => server.start()));
    const later = (await insist(() => b!.claim('later', 'b'))) as Lease;
    expect(later.epoch).toBeGreaterThan(kept.lease.epoch);
    await kept.renewed();
    expect(await b!.claim('orders', 'b')).toEqual({ taken: { holder: 'holder', epoch: kept.lease.epoch } });
    expect(kept.stop()).toEqual([]);
  });
});

describe('a client that is cut off from its server', () => {
  const LEASE_MS = 3_000;
  let server: NatsServer;
  let door: TcpDoor;

  beforeEach(async () => {
    server = await NatsServer.start();
    closing.push(() => server.close());
    door = await TcpDoor.open(server.port);
    closing.push(() => door.close());
  });

  const doorUrl = () => `nats://127.0.0.1:${door.port}`;

  it('cannot renew; another gets the name after leaseMs, and a store that is guarded by epochs refuses the late write', async () => {
    const a = await arbiterOf('a', { servers: doorUrl(), leaseMs: LEASE_MS });
    const b = await arbiterOf('b', { servers: server.url, leaseMs: LEASE_MS });
    const store = new GuardedStore();
    const begunAt = performance.now();
    const old = (await a.claim('orders', 'a')) as Lease;
    expect(store.write('of a', old.epoch)).toBe(true);
    door.swallow('requests');
    await expect(a.renew(old)).rejects.toThrow('no answer from the arbiter');
    let answer = await b.claim('orders', 'b');
    while (!isLease(answer)) {
      expect(answer).toEqual({ taken: { holder: 'a', epoch: old.epoch } });
      answer = await b.claim('orders', 'b');
    }
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(LEASE_MS);
    expect(answer.epoch).toBeGreaterThan(old.epoch);
    expect(store.write('of b', answer.epoch)).toBe(true);
    expect(store.write('late', old.epoch)).toBe(false);
    expect(store.written).toEqual(['of a', 'of b']);
  });

  /** A singleton that writes to the store all the time, and tells what becomes of it. */
  const keeper = (node: string, store: GuardedStore, told: string[], epochs: number[]) =>
    plainDriver<null, unknown>({
      name: 'keeper',
      init: (_, context) => {
        context.sendAfter(0, 'work');
        return null;
      },
      handleInfo: {
        work: (_, state, context) => {
          if (epochs.at(-1) !== context.epoch) {
            epochs.push(context.epoch!);
            told.push(`${node} works`);
          }
          store.write(node, context.epoch!);
          context.sendAfter(5, 'work');
          return state;
        },
      },
      terminate: () => void told.push(`${node} has stopped`),
    });

  it('that is a node has stopped its singleton before another node starts it, with a greater epoch', async () => {
    const [store, told, epochs] = [new GuardedStore(), [] as string[], [] as number[]];
    const nodes = new TestNodes();
    closing.push(() => nodes.close());
    const heartbeat = { intervalMs: 100, timeoutMs: 500 };
    const start = async (node: string, servers: string) => {
      const arbiter = natsArbiter({ clusterName: 'noex', servers, leaseMs: LEASE_MS });
      const started = await nodes.start(node, servers, { heartbeat, arbiter });
      started.cluster.addBehavior(keeper(node, store, told, epochs));
      return started;
    };
    const [a, b] = await Promise.all([start('a', doorUrl()), start('b', server.url)]);
    await whole([a, b]);
    const options = { on: 'local', globalName: 'keeper' } as const;
    await a.cluster.spawn('keeper', options);
    await until('it works', () => store.written.length > 10);
    await expect(b.cluster.spawn('keeper', options)).rejects.toMatchObject({ code: 'name_taken' });
    const cutAt = performance.now();
    door.swallow('requests');
    for (;;) {
      const refused = await b.cluster.spawn('keeper', options).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      if (refused === undefined) break;
      expect(refused).toBe('name_taken');
    }
    expect(performance.now() - cutAt).toBeGreaterThan(LEASE_MS / 2);
    await until('b works', () => told.length === 3);
    expect(told).toEqual(['a works', 'a has stopped', 'b works']);
    expect(epochs[1]).toBeGreaterThan(epochs[0]!);
    expect(store.write('late', epochs[0]!)).toBe(false);
    expect(a.log).toContain('name_lease_lost');
    door.cut();
    await whole([a, b]);
    await expect(a.cluster.spawn('keeper', options)).rejects.toMatchObject({ code: 'name_taken' });
    expect(told).toHaveLength(3);
  });
});
