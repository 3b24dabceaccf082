import type { Clock, Logger, Transport } from '@noex/contracts';
import type { QuorumRule } from './membership/quorum.js';
import type { HeartbeatOptions } from './membership/heartbeat-options.js';

export interface ClusterOptions {
  /** The node's name, unique in the cluster. */
  readonly nodeName: string;
  readonly transport: Transport;
  /** Nodes of another cluster name refuse each other. Default `noex`. */
  readonly clusterName?: string;
  /** Which life of the node; must grow with each start. Default: the wall clock, in milliseconds. */
  readonly incarnation?: number;
  /** How peers that hang are found. Default: within five seconds. */
  readonly heartbeat?: Partial<HeartbeatOptions>;
  /**
   * Largest payload and headers of a message, in bytes. Default 16 MiB, at most 1 GiB, the same on every node. A peer can make the
   * node hold one such message; heartbeats pass it, other messages to the same node wait behind it.
   */
  readonly maxMessageBytes?: number;
  /**
   * Bytes that may wait for one peer that does not keep up; then calls and spawns are refused with OverloadedError, and casts return
   * false. Default 32 MiB. What the transport has taken, a message in transit, one message more, and replies come on top. Raising
   * it costs that memory per peer.
   */
  readonly maxQueuedBytes?: number;
  /** Calls to one peer that may wait for their reply; more are refused with OverloadedError. Default 100,000. */
  readonly maxPendingCalls?: number;
  /** Messages a mailbox holds before it refuses more. Default 100,000. */
  readonly mailboxLimit?: number;
  /** How long a call waits when it does not say, in milliseconds. Default 5000. */
  readonly callTimeoutMs?: number;
  /** Encodes and decodes messages between local processes too, so that a test meets what a network does. Default false. */
  readonly strictMessages?: boolean;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Nodes it must see to take new global names and to start processes of one. Default false: no condition. */
  readonly quorum?: QuorumRule;
  /** Numbers in [0, 1) for placement. Default Math.random. */
  readonly random?: () => number;
}

export const DEFAULT_CLUSTER_NAME = 'noex';

export type ClusterStatus = 'starting' | 'running' | 'stopping' | 'stopped';

/** A node as the cluster sees it. */
export interface ClusterNode {
  readonly id: string;
  readonly incarnation: number;
  /** What peers dial. */
  readonly address: string;
  readonly local: boolean;
  /** Processes, as last reported. */
  readonly load: number;
  /** Behaviors it starts for others. */
  readonly behaviors: readonly string[];
  readonly draining: boolean;
  /** Suspicion of a peer by its silence, from 0; at `heartbeat.phiThreshold` it is down. Not of this node itself. */
  readonly phi?: number;
  /** The last one measured, in milliseconds, what waits to be sent included; from the second heartbeat on. */
  readonly roundTripMs?: number | undefined;
}

/** What became of the work that was under way when the node left. */
export interface DrainLedger {
  /** Calls of peers answered while draining. */
  readonly callsCompleted: number;
  /** Calls and spawns of peers refused with DrainingError. */
  readonly refused: number;
  /** Calls of peers that got no answer. */
  readonly callsLost: number;
  readonly processesStopped: number;
  /** Processes that did not stop in time. */
  readonly processesKilled: number;
}
