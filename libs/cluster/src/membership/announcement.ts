import type { PeerIdentity } from '@noex/contracts';

/** What a node tells a peer about itself and others. */
export interface Announcement {
  /** Behaviors that peers may start here. */
  readonly behaviors: readonly string[];
  readonly draining: boolean;
  /** The nodes it is connected to, so that the peer can connect them too. */
  readonly peers: readonly PeerIdentity[];
}

/** Reads an announcement, leaving out whatever is not of its form. */
export function readAnnouncement(wire: unknown): Announcement {
  const { behaviors, draining, peers } = (typeof wire === 'object' && wire !== null ? wire : {}) as Record<
    string,
    unknown
  >;
  return {
    behaviors: Array.isArray(behaviors) ? behaviors.filter((name) => typeof name === 'string') : [],
    draining: draining === true,
    peers: Array.isArray(peers) ? peers.filter(isPeerIdentity) : [],
  };
}

function isPeerIdentity(value: unknown): value is PeerIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { id, incarnation, address } = value as Partial<PeerIdentity>;
  return typeof id === 'string' && typeof incarnation === 'number' && typeof address === 'string';
}
