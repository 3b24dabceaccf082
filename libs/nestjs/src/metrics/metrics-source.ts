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
  /** Processes that live on this node. */
  processes(): number;
  /** Total of processes started on this node, by whatever node. */
  processesStarted(): number;
  /** Whether the node takes new work. */
  readiness(): 'up' | 'degraded' | 'down';
  /** How late the event loop ran of late, in milliseconds. */
  loopLagMs(): number;
  /** Undefined where they are switched off. */
  canaries(): CanaryTotals | undefined;
  /** Total of lost messages by reason. */
  drops(): Iterable<readonly [reason: string, count: number]>;
  /** Total of lost nodes by reason. */
  nodesDown(): Iterable<readonly [reason: string, count: number]>;
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
