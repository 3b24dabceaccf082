import { Cluster, type DrainLedger } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import type { Shutdown } from '../../shutdown/shutdown.js';
import { DRAIN_BEHAVIOR } from './drain.behavior.js';
import { NodeDrain } from './node-drain.js';

const BUDGET_MS = 1_000;
const never = () => new Promise<never>(() => {});

interface TestNode {
  readonly cluster: Cluster;
  readonly drain: NodeDrain | undefined;
  /** What its own leave resolved with. */
  ledger(): Promise<DrainLedger>;
}

let clock: VirtualClock;
let network: MemoryNetwork;
let nodes: TestNode[];

beforeEach(() => {
  clock = new VirtualClock();
  network = new MemoryNetwork({ clock, reconnectMs: 5, latencyMs: 1 });
  nodes = [];
});
afterEach(async () => {
  network.heal();
  await inTime(Promise.all(nodes.map(({ cluster }) => cluster.stop(0))));
});

async function start(nodeName: string, { api = true } = {}): Promise<TestNode> {
  const cluster = new Cluster({ nodeName, transport: network.transport(), clock, random: () => 0 });
  cluster.addBehavior(
    plainDriver({
      name: 'worker',
      init: (): null => null,
      handleCall: { hang: never },
      handleCast: { nothing: (_: unknown, state: null) => state },
      terminate: () => new Promise<void>((resolve) => clock.setTimeout(resolve, 100)),
    }),
  );
  cluster.addBehavior(
    plainDriver({ name: 'stubborn', init: () => null, terminate: never, shutdownMs: 10 * BUDGET_MS }),
  );
  let left: Promise<DrainLedger> | undefined;
  const leave = () => {
    left ??= cluster.drain(BUDGET_MS / 2).then(() => cluster.stop(BUDGET_MS / 2));
    return left;
  };
  const drain = api ? new NodeDrain(cluster, { leave } as unknown as Shutdown) : undefined;
  const node = { cluster, drain, ledger: leave };
  nodes.push(node);
  await cluster.start();
  await clock.advance(50);
  return node;
}

/** Lets time pass until it has settled. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  void promise.finally(() => (settled = true)).catch(() => {});
  for (let ms = 0; !settled; ms += 10) {
    if (ms > 30_000) throw new Error('it hangs');
    await clock.advance(10);
  }
  return promise;
}

const drain = (of: TestNode, node: string, wait = true) => inTime(of.drain!.drain(node, wait));

describe('a drain', () => {
  it('of the node itself resolves with its ledger, at once where nobody waits', async () => {
    const a = await start('a');
    await a.cluster.spawn('worker');
    expect(await a.drain!.drain('a', false)).toEqual({ node: 'a', state: 'leaving' });
    expect(a.cluster.status).toBe('stopping');
    const answer = await drain(a, 'a');
    expect(answer).toEqual({ node: 'a', state: 'left', ledger: await a.ledger() });
    expect(answer.ledger!.processesStopped).toBe(1);
  });

  it('of a peer resolves once it is gone, with the ledger that it has itself', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const worker = await inTime(a.cluster.spawn('worker', { on: 'b' }));
    for (let n = 0; n < 5; n++) await inTime(b.cluster.spawn('worker', { on: 'local' }));
    await inTime(a.cluster.spawn('stubborn', { on: 'b' }));
    const lost = a.cluster.call(worker, 'hang', null, { timeoutMs: 60_000 }).catch(() => {});
    await clock.advance(10);
    const answer = await drain(a, 'b');
    expect(a.cluster.members.size).toBe(0);
    expect(answer).toEqual({ node: 'b', state: 'left', ledger: await b.ledger() });
    // Five workers end in time; one is at work and is killed, with the stubborn one.
    expect(answer.ledger).toMatchObject({ callsLost: 1, processesStopped: 5, processesKilled: 2 });
    await lost;
  });

  it('of a peer tells what that one asked of others and never heard', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const worker = await inTime(b.cluster.spawn('worker', { on: 'a' }));
    const lost = b.cluster.call(worker, 'hang', null, { timeoutMs: 60_000 }).catch(() => {});
    await clock.advance(10);
    const answer = await drain(a, 'b');
    expect(answer.ledger).toEqual(await b.ledger());
    expect(answer.ledger!.ownCallsLost).toBe(1);
    await lost;
  });

  it('of a peer takes no longer than its processes', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await inTime(b.cluster.spawn('worker', { on: 'local' }));
    const begun = clock.now();
    await drain(a, 'b');
    expect(clock.now() - begun).toBeLessThan(BUDGET_MS / 2);
  });

  it('of a peer that several ask for gives each of them its ledger', async () => {
    const [a, b, c] = [await start('a'), await start('b'), await start('c')];
    const begun = clock.now();
    const both = await inTime(Promise.all([a.drain!.drain('b', true), c.drain!.drain('b', true)]));
    expect(both.map(({ ledger }) => ledger)).toEqual([await b.ledger(), await b.ledger()]);
    expect(clock.now() - begun).toBeLessThan(BUDGET_MS / 2);
  });

  it('of a peer is begun when nobody waits, and leaves nothing behind', async () => {
    const [a, b] = [await start('a'), await start('b')];
    expect(await drain(a, 'b', false)).toEqual({ node: 'b', state: 'leaving' });
    await inTime(b.ledger());
    await clock.advance(10);
    expect(a.cluster.members.size).toBe(0);
    expect(a.cluster.node.processCount).toBe(0);
  });

  it('of a peer without the API is refused, and changes nothing there', async () => {
    const [a, b] = [await start('a'), await start('b', { api: false })];
    await expect(drain(a, 'b')).rejects.toMatchObject({ code: 'peer_api_off' });
    // Nor by going around the API of this node.
    await expect(inTime(a.cluster.spawn(DRAIN_BEHAVIOR, { on: 'b' }))).rejects.toMatchObject({
      code: 'behavior_not_found',
    });
    expect([b.cluster.status, a.cluster.node.processCount]).toEqual(['running', 0]);
  });

  it.each(['nobody', 'random', 'local', 'least-loaded'])(
    'of "%s" is refused: no node is called so',
    async (name) => {
      const [a, b] = [await start('a'), await start('b')];
      await expect(drain(a, name)).rejects.toMatchObject({ code: 'node_unreachable', outcome: 'not-run' });
      expect([a.cluster.status, b.cluster.status]).toEqual(['running', 'running']);
    },
  );

  it('of a peer that is lost meanwhile says so', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await inTime(b.cluster.spawn('stubborn', { on: 'local' }));
    const waiting = a.drain!.drain('b', true).catch((error: unknown) => error);
    await clock.advance(50);
    network.kill('b');
    expect(await inTime(waiting)).toMatchObject({ code: 'node_down', outcome: 'unknown' });
    expect(a.cluster.node.processCount).toBe(0);
  });

  it('of a peer ends for who waits when its own node leaves', async () => {
    const [a, b] = [await start('a'), await start('b')];
    await inTime(b.cluster.spawn('stubborn', { on: 'local' }));
    const waiting = a.drain!.drain('b', true).catch((error: unknown) => error);
    await clock.advance(50);
    void a.ledger();
    expect(await inTime(waiting)).toMatchObject({ code: 'node_not_running' });
  });
});
