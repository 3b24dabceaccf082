import type { PeerStats } from '@noex/cluster';
import type { Durations } from './pulled-metrics.js';

/** Whether a process is one of this node. */
export type Place = 'local' | 'remote';
/** Totals by what they count. */
export type Counts = Iterable<readonly [what: string, count: number]>;

/** What metrics are read from, at each scrape. Totals count from the node's start and never fall. */
export interface MetricsSource {
  status(): string;
  /** Other nodes that are up. */
  connectedNodes(): number;
  /** Total of calls to other nodes. */
  callsSent(): number;
  /** Calls to other nodes that wait for their reply. */
  callsPending(): number;
  /** Total of processes spawned on other nodes. */
  remoteSpawns(): number;
  /** Monitors of this node's processes on processes of other nodes. */
  monitorsActive(): number;
  /** Total of calls of this node that have ended, by outcome. */
  callOutcomes(target: Place): Counts;
  /** How long calls took until they were answered, by behavior; bounded in number. */
  callDurations(): Iterable<readonly [behavior: string, caller: Place, durations: Durations]>;
  /** Calls of other nodes. */
  served(): ServedCalls;
  /** Total of casts of this node. */
  casts(target: Place): number;
  /** Total of lost messages by reason. */
  drops(): Counts;
  /** Processes that live on this node. */
  processes(): number;
  /** Total of processes started on this node, by whatever node. */
  processesStarted(): number;
  /** Total of processes that did not start, by reason. */
  spawnFailures(): Counts;
  /** Total of processes that ended, by reason. */
  exits(): Counts;
  restarts(): { readonly done: number; readonly givenUp: number };
  /** The processes that live on this node, in numbers. Dear: it is read once in a scrape. */
  census(): ProcessCensus;
  peersByState(): Readonly<Record<'joining' | 'up' | 'draining', number>>;
  /** Total of nodes that came up. */
  nodesUp(): number;
  /** Total of lost nodes by reason. */
  nodesDown(): Counts;
  /** Total of nodes that came up again in the same life. */
  reconnects(): number;
  /** Total of connections that did not come about, by reason. */
  refusals(): Counts;
  /** The nodes that are up. Read once in a scrape. */
  peers(): readonly PeerNumbers[];
  /** Whether the node takes new work. */
  readiness(): 'up' | 'degraded' | 'down';
  /** How late the event loop ran of late, in milliseconds. */
  loopLagMs(): number;
  /** Undefined where they are switched off. */
  canaries(): CanaryTotals | undefined;
  /** What became of the work under way, by name of the entry; undefined before the node leaves. */
  drainLedger(): Readonly<Record<string, number>> | undefined;
}

/** Calls of other nodes that processes of this one take. */
export interface ServedCalls {
  readonly open: number;
  /** Totals. */
  readonly answered: number;
  readonly failed: number;
}

/** What lives on the node at the scrape. */
export interface ProcessCensus {
  readonly processesByBehavior: ReadonlyMap<string, number>;
  /** Messages in all mailboxes, and in the fullest. */
  readonly queued: number;
  readonly deepest: number;
  readonly monitors: number;
  readonly localLinks: number;
  readonly remoteLinks: number;
}

/** Totals count from when the peer's connection came up. */
export interface PeerNumbers extends Omit<PeerStats, 'roundTrips'> {
  /** How long it took to answer the others; undefined where that is not measured. */
  readonly roundTrips: Durations | undefined;
}

/** What became of the canaries that this node sent. */
export interface CanaryTotals {
  readonly passed: number;
  readonly failed: number;
  /** Their node was leaving or takes none. */
  readonly excused: number;
  /** How long the last one that passed was under way, in milliseconds. */
  readonly lastMs: number;
}
