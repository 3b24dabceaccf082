import { LatencyHistogram } from '@noex/runtime';
import type { MetricsSource } from './metrics-source.js';

/** A histogram of these durations, in milliseconds. */
export function durations(...ms: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const duration of ms) histogram.observe(0, duration);
  return histogram;
}

/** A node of which nothing is to be told, but for what a spec says. */
export function fakeSource(own: Partial<MetricsSource> = {}): MetricsSource {
  return {
    status: () => 'running',
    connectedNodes: () => 0,
    callsSent: () => 0,
    callsPending: () => 0,
    remoteSpawns: () => 0,
    monitorsActive: () => 0,
    callOutcomes: () => [],
    callDurations: () => [],
    served: () => ({ open: 0, answered: 0, failed: 0 }),
    casts: () => 0,
    drops: () => [],
    processes: () => 0,
    processesStarted: () => 0,
    spawnFailures: () => [],
    exits: () => [],
    restarts: () => ({ done: 0, givenUp: 0 }),
    census: () => ({
      processesByBehavior: new Map(),
      queued: 0,
      deepest: 0,
      monitors: 0,
      localLinks: 0,
      remoteLinks: 0,
    }),
    peersByState: () => ({ joining: 0, up: 0, draining: 0 }),
    nodesUp: () => 0,
    nodesDown: () => [],
    reconnects: () => 0,
    refusals: () => [],
    peers: () => [],
    readiness: () => 'up',
    loopLagMs: () => 0,
    canaries: () => undefined,
    drainLedger: () => undefined,
    ...own,
  };
}
