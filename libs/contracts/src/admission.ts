import type { NodeIdentity, PeerIdentity } from './node-identity.js';

export type RefusalCode =
  | 'wrong_secret'
  | 'cluster_name'
  | 'protocol_version'
  | 'self'
  | 'name_taken'
  | 'stale_incarnation'
  | 'duplicate'
  | 'not_noex';

export interface Refusal {
  readonly code: RefusalCode;
  /** For the logs of both sides: what is wrong and what to do. */
  readonly message: string;
}

/**
 * Whether a peer that presented itself may be connected; `undefined` = it may.
 * `current` is the peer of the same name that is connected now: a newer incarnation at the same address replaces it,
 * because two nodes cannot listen on one address.
 */
export function refusePeer(
  self: NodeIdentity,
  selfAddress: string,
  peer: NodeIdentity & { readonly address: string },
  current: PeerIdentity | undefined,
): Refusal | undefined {
  if (peer.clusterName !== self.clusterName) {
    return {
      code: 'cluster_name',
      message:
        `node "${peer.id}" (${peer.address}) belongs to cluster "${peer.clusterName}", ` +
        `node "${self.id}" (${selfAddress}) to cluster "${self.clusterName}"; set the same CLUSTER_NAME on both to join them`,
    };
  }
  if (peer.protocol.major !== self.protocol.major) {
    const version = (p: NodeIdentity) => `${p.protocol.major}.${p.protocol.minor}`;
    return {
      code: 'protocol_version',
      message: `node "${peer.id}" speaks protocol ${version(peer)}, node "${self.id}" ${version(self)}; run the same major version on both`,
    };
  }
  if (peer.id === self.id) {
    return peer.incarnation === self.incarnation
      ? { code: 'self', message: `node "${self.id}" reached itself` }
      : nameTaken(self.id, peer.address, selfAddress);
  }
  if (!current) return undefined;
  // Two nodes of one name may have started in the same millisecond: the same life has the same address as well.
  if (current.incarnation === peer.incarnation && current.address === peer.address) return undefined;
  if (current.incarnation > peer.incarnation) {
    return {
      code: 'stale_incarnation',
      message: `node "${peer.id}" presents incarnation ${peer.incarnation}, a newer one (${current.incarnation}) is connected`,
    };
  }
  return current.address === peer.address ? undefined : nameTaken(peer.id, peer.address, current.address);
}

function nameTaken(name: string, newcomer: string, holder: string): Refusal {
  return {
    code: 'name_taken',
    message: `two live nodes are named "${name}": one at ${holder}, one at ${newcomer}; give each its own NODE_NAME`,
  };
}
