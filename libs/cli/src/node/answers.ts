/** What a node's management API answers, as far as the commands show it. */

export interface NodeStatus {
  readonly node: {
    readonly id: string;
    readonly incarnation: number;
    readonly clusterName: string;
    readonly address: string;
    readonly status: string;
    readonly draining: boolean;
    readonly uptimeMs: number;
    readonly pid: number;
  };
  readonly readiness: { readonly state: string; readonly reasons: readonly string[] };
  readonly startupPending?: string;
  readonly loopLagMs: number;
  readonly canary?: {
    readonly passed: number;
    readonly failed: number;
    readonly excused: number;
    readonly lastMs: number;
    readonly failing: Readonly<Record<string, string>>;
  };
  readonly quorum: {
    readonly has: boolean;
    readonly seen: number;
    readonly needed: number;
    readonly lost: readonly string[];
  };
  readonly processes: {
    readonly count: number;
    readonly started: number;
    readonly queued: number;
    readonly deepest: number;
    readonly restarts: number;
    readonly byBehavior: Readonly<Record<string, number>>;
  };
  readonly drops: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly joining: number;
  readonly peers: readonly PeerStatus[];
  readonly ledger?: Ledger;
}

export interface PeerLoad {
  readonly id: string;
  readonly phi: number;
  readonly roundTripMs?: number;
  readonly framesSent: number;
  readonly bytesSent: number;
  readonly framesReceived: number;
  readonly bytesReceived: number;
  readonly queuedBytes: number;
  readonly callsPending: number;
}

export interface PeerStatus extends PeerLoad {
  readonly incarnation: number;
  readonly address: string;
  readonly state: string;
  readonly load: number;
}

/** Counts by their names, in the order in which the node gives them. */
export type Ledger = object;

export interface ProcessStatus {
  readonly process: string;
  readonly behavior: string;
  readonly status: string;
  readonly suspended: boolean;
  readonly stateName?: string;
  readonly names: readonly string[];
  readonly mailboxDepth: number;
  readonly mailboxHighWater: number;
  readonly handled: number;
  readonly busyMs: number;
  readonly links: number;
  readonly monitors: number;
  readonly monitoredBy: number;
  readonly parent?: string;
}

export interface ProcessList {
  readonly node: string;
  readonly total: number;
  readonly processes: readonly ProcessStatus[];
}

export interface NodeLoad {
  readonly node: string;
  readonly status: string;
  readonly readiness: string;
  /** On a clock that only goes forward while the node lives. */
  readonly atMs: number;
  readonly loopLagMs: number;
  readonly processCount: number;
  readonly queued: number;
  readonly totals: NodeTotals;
  readonly peers: readonly PeerLoad[];
  readonly processes: readonly ProcessLoad[];
  readonly left: number;
}

export interface NodeTotals {
  readonly localCalls: number;
  readonly remoteCalls: number;
  readonly servedCalls: number;
  readonly casts: number;
  readonly drops: number;
  readonly spawns: number;
  readonly exits: number;
  readonly restarts: number;
}

export interface ProcessLoad {
  readonly process: string;
  readonly behavior: string;
  readonly names: readonly string[];
  readonly mailboxDepth: number;
  readonly handled: number;
  readonly busyMs: number;
}

export interface CallReply {
  readonly process: string;
  readonly reply: unknown;
  readonly tookMs: number;
}

export interface DrainResult {
  readonly node: string;
  readonly state: string;
  readonly ledger?: Ledger;
}
