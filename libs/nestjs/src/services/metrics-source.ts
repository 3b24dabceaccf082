import type { Cluster } from '@noex/cluster';
import type { Canary } from '../canary/canary.js';
import type { NodeHealth } from '../health/node-health.js';
import type { MetricsSource } from '../metrics/metrics-source.js';

/** Reads the metrics off the cluster at each scrape, so that counting costs the hot path nothing. */
export function metricsSource(
  cluster: Cluster,
  health: NodeHealth,
  canary: Canary | undefined,
): MetricsSource {
  return {
    status: () => cluster.status,
    connectedNodes: () => cluster.members.size,
    callsSent: () => cluster.stats().callsSent,
    callsPending: () => cluster.stats().callsPending,
    remoteSpawns: () => cluster.stats().spawns,
    monitorsActive: () => cluster.stats().monitorsActive,
    processes: () => cluster.node.processCount,
    processesStarted: () => cluster.node.startedCount,
    readiness: () => health.readiness.state,
    loopLagMs: () => health.getLoopLagMs(),
    canaries: () => canary && { ...canary.outcomes, lastMs: canary.lastPassedMs },
    drops: () => cluster.node.drops.entries(),
    nodesDown: () => cluster.members.downs.entries(),
  };
}
