import type { Cluster, ClusterNode, DrainLedger, PeerStats } from '@noex/cluster';
import type { NodeHealth } from '../../health/node-health.js';
import type { Readiness } from '../../health/readiness.js';
import type { MetricsSource } from '../../metrics/metrics-source.js';
import type { QuorumState } from '../../services/cluster.service.js';

export interface NodeStatusAnswer {
  readonly node: {
    readonly id: string;
    readonly incarnation: number;
    readonly clusterName: string;
    /** What peers dial; empty before the start. */
    readonly address: string;
    readonly status: string;
    readonly draining: boolean;
    /** Since it runs, in milliseconds; 0 before. */
    readonly uptimeMs: number;
    readonly pid: number;
  };
  readonly readiness: Readiness;
  /** What the start waits for; absent once it waits for nothing. */
  readonly startupPending?: string;
  readonly loopLagMs: number;
  /** Absent where they are switched off. `failing`: why the last one failed, by node. */
  readonly canary?: {
    readonly passed: number;
    readonly failed: number;
    readonly excused: number;
    readonly lastMs: number;
    readonly failing: Readonly<Record<string, string>>;
  };
  readonly quorum: QuorumState;
  readonly processes: {
    readonly count: number;
    /** Total since the start. */
    readonly started: number;
    /** Messages in all mailboxes, and in the fullest. */
    readonly queued: number;
    readonly deepest: number;
    readonly restarts: number;
    readonly byBehavior: Readonly<Record<string, number>>;
  };
  /** Lost messages by reason, since the start. */
  readonly drops: Readonly<Record<string, number>>;
  /** Connections that did not come about, by reason, since the start. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Connected nodes that have not said yet what they are. */
  readonly joining: number;
  readonly peers: readonly PeerAnswer[];
  /** From when the node began to leave. */
  readonly ledger?: DrainLedger;
}

export interface PeerAnswer extends PeerLoad {
  readonly incarnation: number;
  readonly address: string;
  readonly state: 'up' | 'leaving';
  /** Its processes, as it last said. */
  readonly load: number;
}

/** Totals count from when its connection came up. */
export interface PeerLoad extends Omit<PeerStats, 'roundTrips' | 'roundTripMs'> {
  /** Absent until it was measured. */
  readonly roundTripMs?: number;
}

export function nodeStatus(
  cluster: Cluster,
  health: NodeHealth,
  source: MetricsSource,
  uptimeMs: number,
): NodeStatusAnswer {
  const { self, quorum, ledger } = cluster;
  const startupPending = health.startupPending();
  const canaries = source.canaries();
  const { processesByBehavior, queued, deepest } = source.census();
  const numbers = new Map(peerLoads(cluster).map((peer) => [peer.id, peer]));
  return {
    node: {
      id: self.id,
      incarnation: self.incarnation,
      clusterName: self.clusterName,
      address: cluster.address,
      status: cluster.status,
      draining: cluster.draining,
      uptimeMs,
      pid: process.pid,
    },
    // Not `getReadiness()`: that counts whoever asks as a probe.
    readiness: health.readiness,
    ...(startupPending === undefined ? {} : { startupPending }),
    loopLagMs: source.loopLagMs(),
    ...(canaries && {
      canary: { ...canaries, failing: Object.fromEntries(health.getFailingCanaries()) },
    }),
    quorum: { has: quorum.has, seen: quorum.seen, needed: quorum.needed, lost: quorum.lost },
    processes: {
      count: source.processes(),
      started: source.processesStarted(),
      queued,
      deepest,
      restarts: source.restarts().done,
      byBehavior: Object.fromEntries(processesByBehavior),
    },
    drops: Object.fromEntries(source.drops()),
    refusals: Object.fromEntries(source.refusals()),
    joining: source.peersByState().joining,
    peers: cluster
      .nodes()
      .filter(({ local }) => !local)
      .map((node) => peerAnswer(node, numbers.get(node.id)!)),
    ...(ledger && { ledger }),
  };
}

function peerAnswer({ incarnation, address, draining, load }: ClusterNode, numbers: PeerLoad): PeerAnswer {
  return { ...numbers, incarnation, address, state: draining ? 'leaving' : 'up', load };
}

/** The nodes that are up, without what only metrics need. */
export function peerLoads(cluster: Cluster): PeerLoad[] {
  return [...cluster.peerStats()].map(({ roundTrips: _, roundTripMs, ...peer }) => ({
    ...peer,
    phi: Math.round(peer.phi * 100) / 100,
    ...(roundTripMs === undefined ? {} : { roundTripMs: Math.round(roundTripMs * 100) / 100 }),
  }));
}
