import type { Clock, NoexError, TimerHandle } from '@noex/contracts';
import { plainDriver, type BehaviorDriver } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { nats } from '@noex/transport-nats';
import type { ClusterOptions } from './cluster-options.js';
import { Cluster } from './cluster.js';

/** `CLUSTER_TRANSPORT=nats`, with a server at `NATS_URL`: the same tests over NATS (test/nats/run.mjs). */
const OVER_NATS = process.env.CLUSTER_TRANSPORT === 'nats';

/**
 * Nodes with these behaviors on a network in memory. Each test of the file gets a network of its own; after it, its nodes are
 * stopped, once `beforeStop` has ended what they were still at.
 */
export function memoryCluster(drivers: () => readonly BehaviorDriver[], beforeStop: () => void = () => {}) {
  let network: MemoryNetwork;
  let clusters: Cluster[];
  let clusterName: string;

  const renewNetwork = () => {
    network = new MemoryNetwork({ reconnectMs: 5 });
    clusterName = OVER_NATS ? `test-${process.pid}-${performance.now()}` : 'noex';
  };
  // The server stands in for the network: no test of the file may ask that for a fault.
  const transport = () => (OVER_NATS ? nats({ servers: process.env.NATS_URL ?? '' }) : network.transport());

  beforeEach(() => {
    renewNetwork();
    clusters = [];
  });

  afterEach(async () => {
    beforeStop();
    await Promise.all(clusters.map((cluster) => cluster.stop(10)));
  });

  async function start(nodeName: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const cluster = new Cluster({ nodeName, clusterName, transport: transport(), ...options });
    clusters.push(cluster);
    for (const driver of drivers()) cluster.addBehavior(driver);
    await cluster.start();
    return cluster;
  }

  async function pair(optionsA: Partial<ClusterOptions> = {}, optionsB: Partial<ClusterOptions> = {}) {
    const [a, b] = [await start('a', optionsA), await start('b', optionsB)];
    await until('both are up', () => a.members.size === 1 && b.members.size === 1);
    return { a, b };
  }

  return { network: () => network, renewNetwork, start, pair };
}

/**
 * The same with one behavior: `echo` answers with what it was sent and its state, `hold` does so when its entry of `release` is
 * called, and `note` is a cast. What `hold` and `note` were sent is in `seen`.
 */
export function echoCluster() {
  const release: (() => void)[] = [];
  const seen: unknown[] = [];
  beforeEach(() => {
    release.length = 0;
    seen.length = 0;
  });
  const echo = plainDriver({
    name: 'echo',
    init: (args: unknown) => args as never,
    handleCall: {
      echo: (payload, state) => [payload, state],
      hold: (payload, state) =>
        new Promise((resolve) => {
          seen.push(payload);
          release.push(() => resolve([payload, state]));
        }),
    },
    handleCast: {
      note: (payload, state) => {
        seen.push(payload);
        return state;
      },
    },
  });
  const cluster = memoryCluster(
    () => [echo],
    () => {
      for (const end of release) end();
    },
  );
  return { release, seen, ...cluster };
}

/** What a node hears of others, in order. */
export function eventsOf(cluster: Cluster): string[] {
  const events: string[] = [];
  cluster.members.nodeUp.add(({ id, incarnation }) => events.push(`up ${id} ${incarnation}`));
  cluster.members.nodeDown.add((id, reason) => events.push(`down ${id} ${reason}`));
  return events;
}

/** Turns of the event loop until it holds; fails, saying what was awaited, when it never does. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const limit = performance.now() + 4_000;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited in vain until ${what}`);
    await new Promise(setImmediate);
  }
}

/** The error a promise ends with. */
export const failure = (promise: Promise<unknown>): Promise<NoexError> =>
  promise.then(
    (value) => {
      throw new Error(`resolved with ${String(value)}`);
    },
    (error: unknown) => error as NoexError,
  );

/** A clock that moves when it is told to. */
export class ManualClock implements Clock {
  private time = 0;
  private readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now = () => this.time;

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const timer = { at: this.time + delayMs, callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.timers.delete(handle as never);
  }

  get pending(): number {
    return this.timers.size;
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers].sort((a, b) => a.at - b.at)) {
      if (timer.at <= this.time && this.timers.delete(timer)) timer.callback();
    }
  }
}
