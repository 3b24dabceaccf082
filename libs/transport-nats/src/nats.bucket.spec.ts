import { connect, type ConnectionOptions } from '@nats-io/transport-node';
import { Kvm } from '@nats-io/kv';
import { silentLogger, systemClock, type Lease } from '@noex/contracts';
import { arbiterSubjects } from './arbiter-server.js';
import { natsArbiter } from './nats.arbiter.js';
import type { NatsArbiterOptions } from './arbiter-options.js';
import { NatsServer } from './nats-server.spec-support.js';
import { TcpDoor } from './tcp-door.spec-support.js';

const LEASE_MS = 1_500;

let server: NatsServer;
let clusters = 0;
const closing: (() => Promise<unknown> | void)[] = [];

beforeAll(async () => void (server = await NatsServer.start()));
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => server.close());

/** One that is closed after the test. */
function arbiterOf(options: Partial<NatsArbiterOptions> = {}) {
  const arbiter = natsArbiter({
    servers: server.url,
    clusterName: `c${++clusters}`,
    leaseMs: LEASE_MS,
    ...options,
  });
  closing.push(() => arbiter.close());
  return { arbiter, start: () => arbiter.start({ node: 'a', clock: systemClock, logger: silentLogger }) };
}

/** The store of the server, by a client of its own. */
async function storeOf(options: ConnectionOptions = { servers: server.url }) {
  const client = await connect(options);
  closing.push(() => client.close());
  return new Kvm(client);
}

async function serve(config: string): Promise<NatsServer> {
  const one = await NatsServer.configured(config);
  closing.push(() => one.close());
  return one;
}

const failure = (start: () => Promise<void>) =>
  start().then(
    () => new Error('it has started'),
    (error: Error) => error,
  );

describe('the bucket', () => {
  it('is made with the TTL of a lease, one revision a name, on file', async () => {
    await arbiterOf({ clusterName: 'shop' }).start();
    const status = await (await (await storeOf()).open('shop_names')).status();
    const { ttl, history, replicas, storage } = status;
    expect({ ttl, history, replicas, storage }).toEqual({
      ttl: LEASE_MS,
      history: 1,
      replicas: 1,
      storage: 'file',
    });
  });

  it('is made once by nodes that start at the same time, each of which can use it, and found by later ones', async () => {
    for (let round = 0; round < 20; round++) {
      const clusterName = `together${round}`;
      const arbiters = Array.from({ length: 3 }, () => arbiterOf({ clusterName }));
      await Promise.all(arbiters.map(({ start }) => start()));
      const late = arbiterOf({ clusterName });
      await late.start();
      expect(new Set([...arbiters, late].map(({ arbiter }) => arbiter.id)).size).toBe(1);
    }
  });

  it('of the same name elsewhere is another arbiter', async () => {
    const elsewhere = await serve('');
    const [here, there] = [
      arbiterOf({ clusterName: 'twice' }),
      arbiterOf({ clusterName: 'twice', servers: elsewhere.url }),
    ];
    await Promise.all([here.start(), there.start()]);
    expect(here.arbiter.id).not.toBe(there.arbiter.id);
    expect(here.arbiter.id).toMatch(/^NATS bucket twice_names of 20\d\d-.*Z, lease 1500 ms$/);
  });

  it.each([
    ['TTL', { ttl: 60_000 }, /its TTL is 60000 ms and leaseMs is 1500\. /],
    ['TTL, for there is none', {}, /its TTL is 0 ms/],
    ['history', { ttl: LEASE_MS, history: 5 }, /its history is 5 and must be 1\. /],
    ['storage', { ttl: LEASE_MS, storage: 'memory' as const }, /its storage is memory and must be file\. /],
  ])('with another %s is refused, with what differs and how to mend it', async (_, config, says) => {
    const clusterName = `wrong${++clusters}`;
    await (await storeOf()).create(`${clusterName}_names`, config as object);
    const error = await failure(arbiterOf({ clusterName }).start);
    expect(error).toMatchObject({ code: 'cluster_start', message: expect.stringMatching(says) });
    expect(error.message).toContain(`nats stream edit KV_${clusterName}_names --max-age=1500ms`);
  });

  it('is left empty by leases that were released or ran out', async () => {
    const { arbiter, start } = arbiterOf({ clusterName: 'empty', leaseMs: 1_000 });
    await start();
    for (const name of ['a', 'b']) await arbiter.claim(name, 'a');
    await arbiter.release((await arbiter.claim('c', 'a')) as Lease);
    const store = await (await storeOf()).open('empty_names');
    const limit = performance.now() + 10_000;
    while ((await store.status()).values > 0) expect(performance.now()).toBeLessThan(limit);
  });

  it('with what others wrote into it is a name that is taken, by nobody known', async () => {
    const { arbiter, start } = arbiterOf({ clusterName: 'foreign' });
    await start();
    const revision = await (await (await storeOf()).open('foreign_names')).put('orders', 'hello');
    expect(await arbiter.claim('orders', 'a')).toEqual({ taken: { holder: 'unknown', epoch: revision } });
  });
});

describe('a server', () => {
  it('without JetStream is refused at once', async () => {
    const one = await NatsServer.withoutJetStream();
    closing.push(() => one.close());
    const begunAt = performance.now();
    const error = await failure(arbiterOf({ servers: one.url }).start);
    expect(error).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(
        /^the arbiter cannot use the bucket "c\d+_names" of NATS: .*; start the server.* with JetStream$/,
      ),
    });
    expect(performance.now() - begunAt).toBeLessThan(5_000);
  });

  it('whose account has no JetStream is refused at once', async () => {
    const { url } = await serve('accounts { shop: { users: [{ user: shop, password: shop }] } }');
    const servers = url.replace('nats://', 'nats://shop:shop@');
    expect(await failure(arbiterOf({ servers }).start)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(/; start the server, and enable the account, with JetStream$/),
    });
  });

  it('alone is refused where there are to be replicas', async () => {
    expect(await failure(arbiterOf({ replicas: 3 }).start)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(/keep 3 replicas, .*; set replicas to 1, or run a cluster of servers$/),
    });
  });

  it('that does not come is an error that says where it was looked for', async () => {
    expect(
      await failure(arbiterOf({ servers: 'nats://127.0.0.1:1', connectTimeoutMs: 1 }).start),
    ).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(/^cannot connect to NATS at 127\.0\.0\.1:1: /),
    });
  });

  it('that is killed and started again has its leases, and goes on with the epochs, even where all have run out', async () => {
    const one = await serve('');
    const { arbiter, start } = arbiterOf({ servers: one.url });
    await start();
    const lease = (await arbiter.claim('orders', 'a')) as Lease;
    await one.kill();
    await one.start();
    const again = async <T>(ask: () => Promise<T>): Promise<T> => ask().catch(() => again(ask));
    expect(await again(() => arbiter.renew(lease))).toBe(true);
    for (const _ of [1, 2]) {
      const { epoch } = (await again(() => arbiter.claim(`last ${_}`, 'a'))) as Lease;
      await one.kill();
      // All leases run out while nobody is there to be asked.
      await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
      await one.start();
      expect(((await again(() => arbiter.claim('next', 'a'))) as Lease).epoch).toBeGreaterThan(epoch);
    }
  });
});

describe('a user of the server', () => {
  const config = (allowed: readonly string[]) => `authorization { users: [
    { user: admin, password: admin }
    { user: shop, password: shop, permissions: { subscribe: ["noex.c2hvcA.>"], publish: [${allowed
      .map((subject) => `"${subject}"`)
      .join(', ')}] } }
  ] }`;
  const subjects = arbiterSubjects('shop_names');

  it('that is allowed the subjects of the bucket alone, and answers among those of its cluster, is enough', async () => {
    const { port } = await serve(config(subjects));
    const { arbiter, start } = arbiterOf({
      clusterName: 'shop',
      servers: `nats://shop:shop@127.0.0.1:${port}`,
    });
    await start();
    const lease = (await arbiter.claim('orders of today', 'a')) as Lease;
    expect(await arbiter.claim('orders of today', 'b')).toMatchObject({ taken: { holder: 'a' } });
    expect(await arbiter.renew(lease)).toBe(true);
    await arbiter.release(lease);
    expect(await arbiter.claim('orders of today', 'b')).toMatchObject({ holder: 'b' });
  });

  it('may do without making the bucket where it is there, as `nats kv add` makes it', async () => {
    const one = await serve(config(subjects.filter((subject) => !subject.includes('CREATE'))));
    const servers = `nats://shop:shop@127.0.0.1:${one.port}`;
    const store = await storeOf({ servers: one.url, user: 'admin', pass: 'admin' });
    await store.create('shop_names', { ttl: LEASE_MS, history: 1, allow_direct: true });
    const { arbiter, start } = arbiterOf({ clusterName: 'shop', servers });
    await start();
    await arbiter.claim('orders', 'a');
    expect(await arbiter.claim('orders', 'b')).toMatchObject({ taken: { holder: 'a' } });
  });

  it.each(subjects)(
    'that is not allowed %s is refused at the start, with all that it needs',
    async (missing) => {
      const { port } = await serve(config(subjects.filter((subject) => subject !== missing)));
      const servers = `nats://shop:shop@127.0.0.1:${port}`;
      const error = await failure(arbiterOf({ clusterName: 'shop', servers, connectTimeoutMs: 3_000 }).start);
      expect(error).toMatchObject({ code: 'cluster_start' });
      for (const subject of subjects) expect(error.message).toContain(`"${subject}"`);
      expect(error.message).not.toContain('shop:shop');
    },
  );
});

it('starts once, not after it was closed, and answers nothing before', async () => {
  const { arbiter, start } = arbiterOf();
  await expect(arbiter.claim('orders', 'a')).rejects.toThrow('the arbiter has not started');
  await start();
  await expect(start()).rejects.toThrow('an arbiter starts once');
  const closed = arbiterOf();
  await closed.arbiter.close();
  await expect(closed.start()).rejects.toThrow('the arbiter was closed before it had started');
});

it('a claim whose answer was lost on the way knows its own entry again when the server is back in time', async () => {
  const door = await TcpDoor.open(server.port);
  closing.push(() => door.close());
  const clusterName = 'recognized';
  const { arbiter, start } = arbiterOf({
    clusterName,
    servers: `nats://127.0.0.1:${door.port}`,
    leaseMs: 10_000,
  });
  await start();
  const store = await (await storeOf()).open(`${clusterName}_names`);
  door.swallow();
  const claim = arbiter.claim('orders', 'a');
  let entry = await store.get('orders');
  while (!entry) entry = await store.get('orders');
  door.cut();
  expect(await claim).toEqual({ name: 'orders', holder: 'a', epoch: entry.revision });
});

it('ends what is under way when it is closed', async () => {
  const door = await TcpDoor.open(server.port);
  closing.push(() => door.close());
  const { arbiter, start } = arbiterOf({ servers: `nats://127.0.0.1:${door.port}`, leaseMs: 60_000 });
  await start();
  door.swallow();
  const claim = arbiter.claim('orders', 'a');
  await Promise.all([expect(claim).rejects.toThrow('the arbiter is closed'), arbiter.close()]);
});
