/** How a node presents itself to its peers. */
export interface NodeIdentity {
  /** The node's name, unique in the cluster. */
  readonly id: string;
  /** Which life of the node: grows with each start. */
  readonly incarnation: number;
  readonly clusterName: string;
  readonly protocol: ProtocolVersion;
  /** Optional abilities, told to peers: at most 64 names of at most 255 characters. Default: none. */
  readonly features?: readonly string[];
}

/** Another node, as the transport knows it. */
export interface PeerIdentity {
  readonly id: string;
  readonly incarnation: number;
  /** What other nodes dial to reach it (`host:port` for TCP). */
  readonly address: string;
}

/** What two nodes compare before anything else. */
export interface ProtocolVersion {
  /** Nodes with different majors refuse each other. */
  readonly major: number;
  /** Nodes ignore message kinds of a newer minor. */
  readonly minor: number;
}

/** What this release speaks. */
export const PROTOCOL_VERSION: ProtocolVersion = { major: 1, minor: 0 };

/** Why a node is no longer reached. */
export type NodeDownReason =
  'heartbeat_timeout' | 'connection_closed' | 'connection_refused' | 'graceful_shutdown';
