import type { Arbiter, Clock, Logger, Transport } from '@noex/contracts';
import type { QuorumRule } from './membership/quorum.js';
import type { HeartbeatOptions } from './membership/heartbeat-options.js';

/** What a node of a cluster needs to know; only its name and its transport have no default. */
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
  /** Measures how long calls take, for metrics; costs a look at the clock per call of a peer. Default false. */
  readonly measureLatency?: boolean;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Nodes it must see to take new global names and to start processes of one. Default false: no condition. */
  readonly quorum?: QuorumRule;
  /**
   * Decides about global names for all nodes, which all have the same one. Default: the nodes decide among themselves, on each side of
   * a partition.
   */
  readonly arbiter?: Arbiter;
  /** Numbers in [0, 1) for placement and jitter. Default Math.random. */
  readonly random?: () => number;
}

/** The cluster of nodes that name none. */
export const DEFAULT_CLUSTER_NAME = 'noex';

/** `running` from when the transport listens until the node leaves. */
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

/** How a node that leaves gives others time to notice. */
export interface DrainOptions {
  /** Time in which peers and probes know that the node leaves while it still takes new work, in milliseconds. Default 0. */
  readonly noticeMs?: number;
  /** Runs in that time, which lasts until it has ended, up to half of the budget. */
  readonly before?: () => Promise<unknown>;
}

/**
 * What became of the work that was under way when the node left. All of it counts from when the node began to leave; the calls and spawns
 * that peers sent too late to be taken are told so by the goodbye, and count nowhere.
 */
export interface DrainLedger {
  /** Calls of peers answered while leaving. */
  readonly callsCompleted: number;
  /** Calls and spawns of peers refused with DrainingError: none of them ran. */
  readonly callsRefused: number;
  readonly spawnsRefused: number;
  /** Refused spawns that their nodes placed elsewhere, as far as they said so before this one was gone. */
  readonly spawnsMoved: number;
  /** Calls of peers that were taken and not carried out. */
  readonly callsLost: number;
  /** Calls and spawns that this node asked of peers and that had no answer in the end. */
  readonly ownCallsLost: number;
  /** Casts of peers that reached the mailbox of a process. */
  readonly castsDelivered: number;
  /** Casts that no handler took, from peers or from this node: their process had ended, or its mailbox was full. */
  readonly castsDropped: number;
  /** Processes that ended in time. */
  readonly processesStopped: number;
  /** Those among them whose state lives on elsewhere, as their `onDrain` said. */
  readonly processesHandedOver: number;
  /** Processes that did not stop in time. */
  readonly processesKilled: number;
}
