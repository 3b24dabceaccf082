import { InvalidOptionsError } from '@noex/contracts';

export const DEFAULT_MAX_MESSAGE_BYTES = 16 * 2 ** 20;
export const DEFAULT_MAX_QUEUED_BYTES = 32 * 2 ** 20;
export const DEFAULT_MAX_PENDING_CALLS = 100_000;
const LARGEST_MESSAGE_BYTES = 2 ** 30;
/** What a frame of the transport must hold at least. */
const MIN_FRAME_BYTES = 1024;
/** No frame is larger, whatever the transport takes: what waits behind one waits for this much. */
const FRAME_BYTES = 256 * 1024;
/** Room for what the cluster itself has to say, however small the messages of the user are kept. */
const CONTROL_BYTES = 16 * 2 ** 20;
/** What stands around payload and headers in a message: numbers and names. */
const OVERHEAD_BYTES = 256 * 1024;

export interface PeerLimitOptions {
  readonly maxMessageBytes?: number;
  readonly maxQueuedBytes?: number;
  readonly maxPendingCalls?: number;
}

export interface PeerLimits {
  /** Largest headers and payload of a message of the user's. */
  readonly maxMessageBytes: number;
  /** The same for what the cluster itself has to say. */
  readonly maxControlBytes: number;
  /** Largest message taken from a peer, as it stands on the wire. */
  readonly maxInboundBytes: number;
  /** Largest frame sent; a larger message goes in chunks of this size. */
  readonly maxFrameBytes: number;
  /** Bytes that wait for the transport before calls and casts are refused. */
  readonly maxQueuedBytes: number;
  /** Calls and spawns that wait for one peer. */
  readonly maxPendingCalls: number;
}

/** Applies the defaults. Throws InvalidOptionsError that lists what is out of range. */
export function resolvePeerLimits(options: PeerLimitOptions, transportFrameBytes: number): PeerLimits {
  const maxMessageBytes = options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES;
  const maxQueuedBytes = options.maxQueuedBytes ?? DEFAULT_MAX_QUEUED_BYTES;
  const maxPendingCalls = options.maxPendingCalls ?? DEFAULT_MAX_PENDING_CALLS;
  const problems: string[] = [];
  const check = (name: string, value: number, min: number, max: number) => {
    if (value >= min && value <= max) return;
    problems.push(
      `${name} is ${value}; it must be ${max === Infinity ? `at least ${min}` : `${min} to ${max}`}`,
    );
  };
  check('maxMessageBytes', maxMessageBytes, 1, LARGEST_MESSAGE_BYTES);
  check('maxQueuedBytes', maxQueuedBytes, 1, Infinity);
  check('maxPendingCalls', maxPendingCalls, 0, Infinity);
  check('maxFrameBytes of the transport', transportFrameBytes, MIN_FRAME_BYTES, Infinity);
  if (problems.length > 0) throw new InvalidOptionsError(problems.join('; '), { problems });
  return {
    maxMessageBytes,
    maxControlBytes: CONTROL_BYTES,
    maxInboundBytes: Math.max(maxMessageBytes, CONTROL_BYTES) + OVERHEAD_BYTES,
    maxFrameBytes: Math.min(transportFrameBytes, FRAME_BYTES),
    maxQueuedBytes,
    maxPendingCalls,
  };
}
