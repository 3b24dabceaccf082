import type { NodeLoad, NodeTotals, PeerLoad, ProcessLoad } from '../node/answers.js';

const NO_TOTALS: NodeTotals = {
  localCalls: 0,
  remoteCalls: 0,
  servedCalls: 0,
  casts: 0,
  drops: 0,
  spawns: 0,
  exits: 0,
  restarts: 0,
};

export function load(
  atMs: number,
  parts: Partial<Omit<NodeLoad, 'totals'>> & { totals?: Partial<NodeTotals> } = {},
): NodeLoad {
  return {
    node: 'web-1',
    status: 'running',
    readiness: 'up',
    atMs,
    loopLagMs: 2,
    processCount: 1,
    queued: 0,
    peers: [],
    processes: [],
    left: 0,
    ...parts,
    totals: { ...NO_TOTALS, ...parts.totals },
  };
}

export function process(id: string, handled: number, busyMs: number, mailboxDepth = 0): ProcessLoad {
  return { process: id, behavior: 'cart', names: [], mailboxDepth, handled, busyMs };
}

export function peer(id: string, bytesSent: number, bytesReceived: number): PeerLoad {
  return {
    id,
    phi: 0,
    roundTripMs: 0.5,
    framesSent: 0,
    bytesSent,
    framesReceived: 0,
    bytesReceived,
    queuedBytes: 0,
    callsPending: 0,
  };
}
