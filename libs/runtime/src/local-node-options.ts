import type { Clock, Logger } from '@noex/contracts';

/** What a node without a network needs to know; only its name has no default. */
export interface LocalNodeOptions {
  /** The node's name. */
  readonly id: string;
  /** Which life of the node; must grow with each start. Default: the wall clock, in milliseconds. */
  readonly incarnation?: number;
  /** Messages a mailbox holds before it refuses more. Default 100,000. Raising it trades memory for patience. */
  readonly mailboxLimit?: number;
  /** How long a call waits for its reply when it does not say, in milliseconds. Default 5000. */
  readonly callTimeoutMs?: number;
  /** Copies what local messages carry, so that a test meets what a network would do to it. Default: by reference. */
  readonly copyPayload?: (payload: unknown) => unknown;
  /** Measures how long calls take, for `latencies`. Default false. */
  readonly measureLatency?: boolean;
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** In messages. */
export const DEFAULT_MAILBOX_LIMIT = 100_000;
