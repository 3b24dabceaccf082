import type { NodeIdentity, PeerIdentity } from './node-identity.js';

/** Why a node and one that it met will not be peers. */
export type RefusalCode =
  | 'wrong_secret'
  | 'wrong_certificate'
  | 'cluster_name'
  | 'protocol_version'
  | 'arbiter'
  | 'self'
  | 'name_taken'
  /** Not decided yet: whether the node that holds the name still lives is being asked. */
  | 'name_contested'
  | 'stale_incarnation'
  | 'duplicate'
  | 'not_noex';

/** What a node answers another that it does not connect. */
export interface Refusal {
  readonly code: RefusalCode;
  /** For the logs of both sides: what is wrong and what to do. */
  readonly message: string;
}

/** What is known of the lives of a peer's name, beside the one that is connected. */
export interface NameHistory {
  /** The newest incarnation that was ever connected. Default: the connected one. */
  readonly newest?: number;
  /** Whether the connected one has shown that it lives since its name was claimed at another address. Default: it has. */
  holderLives?(): boolean;
}

/**
 * Whether a peer that presented itself may be connected; `undefined` = it may.
 * `current` is the peer of the same name that is connected now. A newer incarnation at the same address replaces it,
 * because two nodes cannot listen on one address; at another address it has to wait until `current` is known to be dead.
 */
export function refusePeer(
  self: NodeIdentity,
  selfAddress: string,
  peer: NodeIdentity & { readonly address: string },
  current: PeerIdentity | undefined,
  { newest = current?.incarnation ?? 0, holderLives = () => true }: NameHistory = {},
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
  if (arbiterOf(peer) !== arbiterOf(self)) {
    const who = (node: NodeIdentity) => arbiterOf(node) ?? 'no arbiter';
    return {
      code: 'arbiter',
      message:
        `node "${peer.id}" has unique names decided by ${who(peer)}, node "${self.id}" by ${who(self)}; ` +
        `set the same CLUSTER_ARBITER (option arbiter) on all nodes`,
    };
  }
  if (peer.id === self.id) {
    return peer.incarnation === self.incarnation
      ? { code: 'self', message: `node "${self.id}" reached itself` }
      : nameTaken(self.id, peer.address, selfAddress);
  }
  if (peer.incarnation < newest) return stale(peer, newest);
  // Two nodes of one name may have started in the same millisecond: the same life has the same address as well.
  if (!current || current.address === peer.address) return undefined;
  return current.incarnation === peer.incarnation || holderLives()
    ? nameTaken(peer.id, peer.address, current.address)
    : contested(peer, current.address);
}

const ARBITER_FEATURE = 'arbiter ';

/** What a node with an arbiter tells its peers among its features. */
export function arbiterFeature(id: string): string {
  return ARBITER_FEATURE + id;
}

function arbiterOf({ features = [] }: NodeIdentity): string | undefined {
  return features.find((feature) => feature.startsWith(ARBITER_FEATURE))?.slice(ARBITER_FEATURE.length);
}

function stale({ id, incarnation }: NodeIdentity, newest: number): Refusal {
  return {
    code: 'stale_incarnation',
    message:
      `node "${id}" presents incarnation ${incarnation}, a newer one (${newest}) has been connected; ` +
      `stop the older process, or restart the node if its clock was set back`,
  };
}

function nameTaken(name: string, newcomer: string, holder: string): Refusal {
  return {
    code: 'name_taken',
    message: `two live nodes are named "${name}": one at ${holder}, one at ${newcomer}; give each its own NODE_NAME`,
  };
}

function contested(newcomer: PeerIdentity, holder: string): Refusal {
  return {
    code: 'name_contested',
    message: `"${newcomer.id}" is the name of a node at ${holder}; ${newcomer.address} gets it if that one does not answer`,
  };
}
