import type { Cluster } from '@noex/cluster';
import type { ProcessInfo } from '@noex/runtime';
import type { Counts, MetricsSource } from '../../metrics/metrics-source.js';
import { peerLoads, type PeerLoad } from './node-status.js';
import { pickProcesses } from './process-list.js';

/** Processes that are told of one by one: those that have been busiest since their start. */
const MOST_PROCESSES = 2_000;

/** What `noex top` needs at each look: the rates are the differences of two. */
export interface NodeLoadAnswer {
  readonly node: string;
  readonly status: string;
  readonly readiness: string;
  /** When it was looked, on a clock that only goes forward, in milliseconds. */
  readonly atMs: number;
  readonly loopLagMs: number;
  readonly processCount: number;
  /** Messages in all mailboxes. */
  readonly queued: number;
  /** Since the node's start. */
  readonly totals: {
    readonly localCalls: number;
    readonly remoteCalls: number;
    readonly servedCalls: number;
    readonly casts: number;
    readonly drops: number;
    readonly spawns: number;
    readonly exits: number;
    readonly restarts: number;
  };
  readonly peers: readonly PeerLoad[];
  readonly processes: readonly ProcessLoad[];
  /** Processes that are not among these. */
  readonly left: number;
}

export interface ProcessLoad {
  readonly process: string;
  readonly behavior: string;
  readonly names: readonly string[];
  readonly mailboxDepth: number;
  readonly handled: number;
  readonly busyMs: number;
}

export function nodeLoad(cluster: Cluster, source: MetricsSource): NodeLoadAnswer {
  const { node } = cluster;
  const served = source.served();
  const { total, processes } = pickProcesses(node.observer.list(), { limit: MOST_PROCESSES, sort: 'busy' });
  return {
    node: node.id,
    status: source.status(),
    readiness: source.readiness(),
    atMs: node.clock.now(),
    loopLagMs: source.loopLagMs(),
    processCount: source.processes(),
    queued: node.queuedMessages,
    totals: {
      localCalls: sum(source.callOutcomes('local')),
      remoteCalls: sum(source.callOutcomes('remote')),
      servedCalls: served.answered + served.failed,
      casts: source.casts('local') + source.casts('remote'),
      drops: sum(source.drops()),
      spawns: source.processesStarted(),
      exits: sum(source.exits()),
      restarts: source.restarts().done,
    },
    peers: peerLoads(cluster),
    processes: processes.map(processLoad),
    left: total - processes.length,
  };
}

function processLoad({ ref, behavior, names, mailboxDepth, handled, busyMs }: ProcessInfo): ProcessLoad {
  return { process: ref.toString(), behavior, names, mailboxDepth, handled, busyMs };
}

function sum(counts: Counts): number {
  let total = 0;
  for (const [, count] of counts) total += count;
  return total;
}
