import type { Cluster, DrainLedger } from '@noex/cluster';
import type { Canary } from '../canary/canary.js';
import type { NodeHealth } from '../health/node-health.js';
import type { MetricsSource } from '../metrics/metrics-source.js';

/** Names of the ledger's entries on the page. */
const LEDGER_ENTRIES = {
  callsCompleted: 'calls_completed',
  callsRefused: 'calls_refused',
  spawnsRefused: 'spawns_refused',
  spawnsMoved: 'spawns_moved',
  callsLost: 'calls_lost',
  ownCallsLost: 'own_calls_lost',
  castsDelivered: 'casts_delivered',
  castsDropped: 'casts_dropped',
  processesStopped: 'processes_stopped',
  processesHandedOver: 'processes_handed_over',
  processesKilled: 'processes_killed',
} satisfies Record<keyof DrainLedger, string>;

/** Reads the metrics off the cluster at each scrape, so that counting costs the hot path nothing. */
export function metricsSource(
  cluster: Cluster,
  health: NodeHealth,
  canary: Canary | undefined,
): MetricsSource {
  const { node, members } = cluster;
  const { counters } = node;
  return {
    status: () => cluster.status,
    connectedNodes: () => members.size,
    callsSent: () => cluster.stats().callsSent,
    callsPending: () => cluster.stats().callsPending,
    remoteSpawns: () => cluster.stats().spawns,
    monitorsActive: () => cluster.stats().monitorsActive,
    callOutcomes: (target) => (target === 'local' ? counters.localCalls : counters.remoteCalls).entries(),
    *callDurations() {
      for (const [behavior, { local, remote }] of node.latencies?.entries() ?? []) {
        yield [behavior, 'local', local];
        yield [behavior, 'remote', remote];
      }
    },
    served: () => {
      const { callsServing: open, callsAnswered: answered, callsFailed: failed } = cluster.stats();
      return { open, answered, failed };
    },
    casts: (target) => (target === 'local' ? counters.localCasts : counters.remoteCasts),
    drops: () => node.drops.entries(),
    processes: () => node.processCount,
    processesStarted: () => node.startedCount,
    spawnFailures: () => counters.spawnFailures.entries(),
    exits: () => counters.exits.entries(),
    restarts: () => ({ done: counters.restarts, givenUp: counters.restartsGivenUp }),
    census: () => node.observer.census(),
    peersByState: () => {
      const { peersJoining: joining, peersDraining: draining } = cluster.stats();
      return { joining, up: members.size - draining, draining };
    },
    nodesUp: () => members.ups,
    nodesDown: () => members.downs.entries(),
    reconnects: () => members.reconnects.count,
    refusals: () => cluster.refusals,
    peers: () => [...cluster.peerStats()],
    readiness: () => health.readiness.state,
    loopLagMs: () => health.getLoopLagMs(),
    canaries: () => canary && { ...canary.outcomes, lastMs: canary.lastPassedMs },
    drainLedger: () => {
      const { ledger } = cluster;
      if (!ledger) return undefined;
      const named = Object.entries(LEDGER_ENTRIES) as [keyof DrainLedger, string][];
      return Object.fromEntries(named.map(([key, name]) => [name, ledger[key]]));
    },
  };
}
