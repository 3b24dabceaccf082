import type { NodeLoad, NodeTotals, PeerLoad, ProcessLoad } from '../node/answers.js';

export interface LoadRates {
  readonly node: string;
  readonly status: string;
  readonly readiness: string;
  /** Between the two looks. */
  readonly seconds: number;
  readonly loopLagMs: number;
  readonly processCount: number;
  readonly queued: number;
  readonly perSecond: NodeTotals;
  readonly peers: readonly PeerRates[];
  /** The busiest first. */
  readonly processes: readonly ProcessRates[];
  /** Processes that the node did not tell of. */
  readonly left: number;
}

export interface PeerRates extends Pick<
  PeerLoad,
  'id' | 'phi' | 'roundTripMs' | 'queuedBytes' | 'callsPending'
> {
  readonly bytesSentPerSecond: number;
  readonly bytesReceivedPerSecond: number;
}

export interface ProcessRates extends Omit<ProcessLoad, 'handled' | 'busyMs'> {
  readonly handledPerSecond: number;
  /** Share of the time that its handlers ran, from 0 to 1. */
  readonly busy: number;
}

/** What happened between two looks at one life of a node; undefined where the second is of a later life, or no later than the first. */
export function ratesBetween(before: NodeLoad, after: NodeLoad): LoadRates | undefined {
  const seconds = (after.atMs - before.atMs) / 1000;
  const names = Object.keys(after.totals) as (keyof NodeTotals)[];
  if (seconds <= 0 || names.some((name) => after.totals[name] < before.totals[name])) return undefined;
  const per = (count: number) => count / seconds;
  const { node, status, readiness, loopLagMs, processCount, queued, left } = after;
  return {
    node,
    status,
    readiness,
    seconds,
    loopLagMs,
    processCount,
    queued,
    perSecond: Object.fromEntries(
      names.map((name) => [name, per(after.totals[name] - before.totals[name])]),
    ) as unknown as NodeTotals,
    peers: peerRates(before, after, per),
    processes: processRates(before, after, per),
    left,
  };
}

function peerRates(before: NodeLoad, after: NodeLoad, per: (count: number) => number): PeerRates[] {
  const earlier = new Map(before.peers.map((peer) => [peer.id, peer]));
  return after.peers.map(({ id, phi, roundTripMs, queuedBytes, callsPending, ...now }) => {
    const was = earlier.get(id);
    // Its counts begin anew with its connection.
    const grown = (name: 'bytesSent' | 'bytesReceived') =>
      was && was[name] <= now[name] ? now[name] - was[name] : now[name];
    return {
      id,
      phi,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      queuedBytes,
      callsPending,
      bytesSentPerSecond: per(grown('bytesSent')),
      bytesReceivedPerSecond: per(grown('bytesReceived')),
    };
  });
}

function processRates(before: NodeLoad, after: NodeLoad, per: (count: number) => number): ProcessRates[] {
  const earlier = new Map(before.processes.map((process) => [process.process, process]));
  const rates = after.processes.map(({ handled, busyMs, ...process }) => {
    // One that was not told of before is new, unless the node left some out.
    const was = earlier.get(process.process) ?? (before.left === 0 ? NOTHING : { handled, busyMs });
    return {
      ...process,
      handledPerSecond: per(handled - was.handled),
      busy: per((busyMs - was.busyMs) / 1000),
    };
  });
  return rates.sort(
    (a, b) => b.busy - a.busy || b.handledPerSecond - a.handledPerSecond || b.mailboxDepth - a.mailboxDepth,
  );
}

const NOTHING = { handled: 0, busyMs: 0 };
