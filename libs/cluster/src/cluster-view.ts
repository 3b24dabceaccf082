import type { LatencyHistogram, LocalNode } from '@noex/runtime';
import type { ClusterNode } from './cluster-options.js';
import type { Members } from './membership/members.js';
import type { RemoteRouter } from './remote/remote-router.js';
import type { Serving } from './remote/serving.js';
import type { Spawner } from './spawner.js';

/** This node first, then those that are up. */
export function clusterNodes(
  { id, incarnation, processCount, behaviorNames }: LocalNode,
  address: string,
  draining: boolean,
  members: Members,
): ClusterNode[] {
  const own = {
    id,
    incarnation,
    address,
    local: true,
    load: processCount,
    behaviors: behaviorNames,
    draining,
  };
  const others = [...members.values()].map((peer) => ({
    ...peer.identity,
    local: false,
    load: peer.load,
    behaviors: [...peer.behaviors],
    draining: peer.draining,
    phi: members.phi(peer),
    roundTripMs: peer.liveness?.roundTrip.lastMs,
  }));
  return [own, ...others];
}

/** What is counted of one peer, since its connection came up. */
export interface PeerStats {
  readonly id: string;
  readonly phi: number;
  /** As `ClusterNode` says it. */
  readonly roundTripMs: number | undefined;
  readonly framesSent: number;
  readonly bytesSent: number;
  readonly framesReceived: number;
  readonly bytesReceived: number;
  /** Bytes that wait for the network. */
  readonly queuedBytes: number;
  /** Calls of this node that wait for the peer's answer. */
  readonly callsPending: number;
  /** How long it took to answer them; undefined where that is not measured. */
  readonly roundTrips: LatencyHistogram | undefined;
}

/** The nodes that are up. */
export function* peerStats(members: Members): Generator<PeerStats> {
  for (const peer of members.values()) {
    const { traffic, outbox } = peer;
    const { framesReceived, bytesReceived, roundTrips } = traffic;
    const { framesSent, bytesSent } = outbox;
    yield {
      id: peer.identity.id,
      phi: members.phi(peer),
      roundTripMs: peer.liveness?.roundTrip.lastMs,
      framesSent,
      bytesSent,
      framesReceived,
      bytesReceived,
      queuedBytes: outbox.size + peer.connection.queuedBytes,
      callsPending: peer.calls.size,
      roundTrips,
    };
  }
}

/** Numbers for scrapes. Walks the peers, not the processes. */
export function clusterStats(
  node: LocalNode,
  members: Members,
  router: RemoteRouter,
  serving: Serving,
  spawner: Spawner,
) {
  let callsPending = 0;
  let monitorsActive = 0;
  let peersDraining = 0;
  for (const peer of members.values()) {
    if (peer.draining) peersDraining++;
    callsPending += peer.calls.size;
    monitorsActive += peer.monitors.size;
  }
  return {
    callsSent: router.callsSent,
    callsPending,
    callsServing: serving.calls,
    callsAnswered: serving.answered - serving.failed,
    callsFailed: serving.failed,
    spawns: spawner.sentSpawns,
    monitorsActive,
    peersDraining,
    peersJoining: members.joiningCount,
    processes: node.processCount,
  };
}
