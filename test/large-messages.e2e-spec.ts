import { Cluster, type ClusterOptions } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { tcp } from '@noex/transport-tcp';
import { SlowLink } from './support/slow-link.js';

let clusters: Cluster[] = [];
let link: SlowLink | undefined;
let seen: number[] = [];

afterEach(async () => {
  link?.release();
  await Promise.all(clusters.map((cluster) => cluster.stop(100)));
  await link?.close();
  clusters = [];
  seen = [];
});

const sinkDriver = () =>
  plainDriver({
    name: 'sink',
    init: () => null,
    handleCall: { count: () => [seen.length, null] },
    handleCast: {
      take: ({ n }: { n: number; bytes: Buffer }) => {
        seen.push(n);
        return null;
      },
    },
  });

/** `a` reaches `b` over a slow link. */
async function pair(bytesPerSecond: number, options: Partial<ClusterOptions> = {}) {
  const start = async (nodeName: string, seeds: string[]) => {
    const cluster = new Cluster({
      nodeName,
      transport: tcp({ port: 0, host: '127.0.0.1', seeds }),
      ...options,
    });
    clusters.push(cluster);
    cluster.addBehavior(sinkDriver());
    await cluster.start();
    return cluster;
  };
  const b = await start('b', []);
  link = await SlowLink.to(Number(b.address.split(':').pop()), bytesPerSecond);
  const a = await start('a', [link.address]);
  const bothUp = new Promise<void>((resolve) => {
    const look = () => a.members.size + b.members.size === 2 && resolve();
    for (const { members } of [a, b]) members.nodeUp.add(look);
    look();
  });
  await bothUp;
  return { a, b, sink: await a.spawn('sink', { on: 'b' }) };
}

it('50 MB over a slow TCP link cost no node its peer, and what follows them comes after them', async () => {
  const downs: string[] = [];
  const heartbeat = { intervalMs: 250, timeoutMs: 1_500 };
  const { a, b, sink } = await pair(20e6, { heartbeat, maxMessageBytes: 64 * 2 ** 20 });
  for (const { members } of [a, b]) members.nodeDown.add((id, reason) => downs.push(`${id} ${reason}`));
  const begun = performance.now();
  expect(a.cast(sink, 'take', { n: 0, bytes: Buffer.alloc(50_000_000) })).toBe(true);
  for (let n = 1; n <= 5; n++) expect(a.cast(sink, 'take', { n })).toBe(true);
  expect(await a.call(sink, 'count', undefined, { timeoutMs: 30_000 })).toBe(6);
  // Longer than a silence may last.
  expect(performance.now() - begun).toBeGreaterThan(heartbeat.timeoutMs);
  expect([seen, downs]).toEqual([[0, 1, 2, 3, 4, 5], []]);
}, 30_000);

it('a TCP peer that reads nothing costs its sender no more than the limit, and gets all that was taken', async () => {
  const maxQueuedBytes = 8 * 2 ** 20;
  const heartbeat = { intervalMs: 1_000, timeoutMs: 60_000 };
  const { a, sink } = await pair(1e9, { maxQueuedBytes, heartbeat });
  link!.hold();
  const bytes = Buffer.alloc(64 * 1024);
  const before = process.memoryUsage().external;
  let worst = 0;
  let taken = 0;
  for (let attempt = 0; attempt < 4_000; attempt++) {
    if (a.cast(sink, 'take', { n: taken, bytes })) taken++;
    if (attempt % 20 === 0) {
      await new Promise(setImmediate);
      worst = Math.max(worst, process.memoryUsage().external - before);
    }
  }
  // 250 MB were offered. What the kernel of the machine holds is not ours.
  expect(taken * bytes.length).toBeGreaterThan(maxQueuedBytes);
  expect(taken).toBeLessThan(2_000);
  expect(worst).toBeLessThan(6 * maxQueuedBytes);
  expect(a.node.drops.get('overloaded')).toBe(4_000 - taken);
  link!.release();
  await a.castAsync(sink, 'take', { n: taken });
  await a.drained('b');
  expect(await a.call(sink, 'count', undefined, { timeoutMs: 30_000 })).toBe(taken + 1);
  expect(seen).toEqual(Array.from({ length: taken + 1 }, (_, n) => n));
}, 30_000);
