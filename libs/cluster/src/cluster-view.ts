import type { LocalNode } from '@noex/runtime';
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
  for (const peer of members.values()) {
    callsPending += peer.calls.size;
    monitorsActive += peer.monitors.size;
  }
  return {
    callsSent: router.callsSent,
    callsPending,
    callsServing: serving.calls,
    spawns: spawner.sentSpawns,
    monitorsActive,
    processes: node.processCount,
  };
}
