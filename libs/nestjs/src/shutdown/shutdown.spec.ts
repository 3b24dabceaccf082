import { silentLogger } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import type { RootSupervisor } from '../supervision/root-supervisor.js';
import type { DrainHooks } from './drain-hooks.js';
import { Shutdown } from './shutdown.js';

const never = () => new Promise<never>(() => {});

interface Parts {
  readonly shutdown?: { readonly drainMs?: number; readonly noticeMs?: number };
  readonly rootStop?: (budgetMs: number) => Promise<void>;
  readonly beforeDrain?: () => Promise<void>;
}

async function start({ shutdown, rootStop = async () => {}, beforeDrain }: Parts = {}) {
  const clock = new VirtualClock();
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (_: string, fields?: object) => void warnings.push(fields) };
  const transport = new MemoryNetwork().transport();
  const cluster = new Cluster({ nodeName: 'a', incarnation: 1, transport, clock, logger });
  cluster.addBehavior(
    plainDriver({ name: 'stubborn', init: () => null, terminate: never, shutdownMs: 2 ** 31 - 1 }),
  );
  await cluster.start();
  const options = { shutdown: { drainMs: 20_000, noticeMs: undefined, ...shutdown } };
  const node = new Shutdown(
    cluster,
    { stop: rootStop } as unknown as RootSupervisor,
    { run: () => beforeDrain } as unknown as DrainHooks,
    options as ResolvedNoexOptions,
  );
  return {
    clock,
    cluster,
    warnings,
    shutdown: node,
    settled: (promise: Promise<unknown>) => settled(clock, promise),
  };
}

/** How much time passes until a promise settles. */
async function settled(clock: VirtualClock, promise: Promise<unknown>): Promise<number> {
  const begun = clock.now();
  let ended = false;
  void promise.finally(() => (ended = true)).catch(() => {});
  await clock.advance(0);
  while (!ended) {
    if (clock.now() - begun > 60_000) throw new Error('it hangs');
    await clock.advance(50);
  }
  return clock.now() - begun;
}

describe('how long a node is not ready while it still takes work', () => {
  const probe = async ({ clock, shutdown }: Awaited<ReturnType<typeof start>>) => {
    shutdown.readinessAsked();
    await clock.advance(2_000);
    shutdown.readinessAsked();
  };

  it('not at all where nobody probes it', async () => {
    const app = await start();
    expect(await app.settled(app.shutdown.drain())).toBe(0);
  });

  it('five seconds where somebody does', async () => {
    const app = await start();
    await probe(app);
    expect(await app.settled(app.shutdown.drain())).toBe(5_000);
  });

  it.each([0, 700])('as the option says, probed or not: %d ms', async (noticeMs) => {
    const app = await start({ shutdown: { noticeMs } });
    await probe(app);
    expect(await app.settled(app.shutdown.drain())).toBe(noticeMs);
  });

  it('no longer than half of the budget', async () => {
    const app = await start({ shutdown: { drainMs: 3_000 } });
    await probe(app);
    expect(await app.settled(app.shutdown.drain())).toBe(1_500);
  });
});

it('ends within its budget, whatever hangs: hooks, the supervised tree, processes', async () => {
  const app = await start({ beforeDrain: never, rootStop: never, shutdown: { drainMs: 10_000 } });
  await app.cluster.spawn('stubborn');
  const left = app.shutdown.leave();
  expect(await app.settled(left)).toBeLessThanOrEqual(10_000);
  expect(await left).toMatchObject({ processesKilled: 1, processesStopped: 0 });
});

it('gives the tree the first part of the time to stop, and leaves the others theirs', async () => {
  const budgets: number[] = [];
  const app = await start({ rootStop: async (budgetMs) => void budgets.push(budgetMs) });
  await app.settled(app.shutdown.leave(10_000));
  expect(budgets).toEqual([8_000]);
});

it('takes its budget from the option, or from whoever asks', async () => {
  for (const [budgetMs, expected] of [
    [undefined, 16_000],
    [1_000, 800],
  ] as const) {
    const budgets: number[] = [];
    const app = await start({ rootStop: async (ms) => void budgets.push(ms) });
    await app.settled(app.shutdown.leave(budgetMs));
    expect(budgets).toEqual([expected]);
  }
});

it('leaves once: later calls get the same ledger', async () => {
  const app = await start();
  const first = app.shutdown.leave();
  await app.settled(first);
  expect(await app.shutdown.leave(5)).toBe(await first);
  expect(await app.shutdown.stop()).toBe(await first);
  expect(await app.shutdown.hurry()).toBe(await first);
});

it('does not wait for an app that does not close: the node leaves in time, and says why', async () => {
  const app = await start({ shutdown: { drainMs: 10_000 } });
  await app.settled(app.shutdown.drain());
  await app.clock.advance(7_999);
  expect([app.cluster.status, app.warnings]).toEqual(['stopping', []]);
  await app.clock.advance(50);
  expect(app.cluster.status).toBe('stopped');
  expect(app.warnings).toEqual([{ event: 'leave_overdue' }]);
});

it('does not watch any more once the app has closed', async () => {
  const app = await start();
  await app.settled(app.shutdown.drain());
  await app.settled(app.shutdown.stop());
  await app.clock.advance(60_000);
  expect([app.warnings, app.clock.pending]).toEqual([[], 0]);
});

it.each(['before', 'in the notice', 'in the stop'])(
  'in a hurry it is over at once, begun or not: %s',
  async (when) => {
    const app = await start({ beforeDrain: never });
    await app.cluster.spawn('stubborn');
    const drained = when === 'before' ? undefined : app.shutdown.drain();
    await app.clock.advance(1_000);
    if (when === 'in the stop') {
      await app.settled(drained!);
      void app.shutdown.stop();
      await app.clock.advance(100);
    }
    const ledger = app.shutdown.hurry();
    expect(await app.settled(ledger)).toBe(0);
    expect(await ledger).toMatchObject({ processesKilled: 1 });
    expect(app.cluster.status).toBe('stopped');
  },
);
