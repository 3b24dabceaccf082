import type { Clock, Logger, Transport } from '@noex/contracts';
import type { HeartbeatOptions } from './membership/failure-detector.js';

export interface ClusterOptions {
  /** The node's name, unique in the cluster. */
  readonly nodeName: string;
  readonly transport: Transport;
  /** Nodes of another cluster name refuse each other. Default `noex`. */
  readonly clusterName?: string;
  /** Which life of the node; must grow with each start. Default: the wall clock, in milliseconds. */
  readonly incarnation?: number;
  readonly heartbeat?: Partial<HeartbeatOptions>;
  /** Largest message, in bytes. Default 16 MiB less the frame's own fields. Larger ones delay what comes behind them. */
  readonly maxMessageBytes?: number;
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
  /** Numbers in [0, 1) for placement. Default Math.random. */
  readonly random?: () => number;
}

export const DEFAULT_CLUSTER_NAME = 'noex';
export const DEFAULT_MAX_PENDING_CALLS = 100_000;
/** Room for what stands around a payload in a frame: numbers, names, and a batch begun before it. */
export const FRAME_OVERHEAD_BYTES = 256 * 1024;

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
