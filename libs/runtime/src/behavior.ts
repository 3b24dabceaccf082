import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { MailboxOptions } from './mailbox.js';
import type { ProcessContext } from './process-context.js';

/** What a monitor reports, exactly once. */
export interface ProcessDown {
  /** The process that is gone. */
  readonly ref: ProcessRef;
  /** The number `monitor` returned. */
  readonly monitor: number;
  readonly reason: ExitReason;
}

/** What a process did with its state when its node left. */
export interface DrainResult {
  /** The state lives on elsewhere: a successor has it. */
  readonly handedOver: boolean;
}

/** The part of a process that a behavior owns. */
export interface ProcessCell {
  state: unknown;
  readonly context: ProcessContext;
  /** The call being handled came from another node. */
  readonly calledByPeer: boolean;
  /** Once the message at hand is handled, all that was {@link POSTPONED} goes back to the head of the mailbox, oldest first. */
  retryPostponed(): void;
}

/**
 * How a process runs its behavior: the plain form and the Nest class form are the two drivers. Every method may return a
 * promise; the process takes no other message until it settles.
 */
export interface BehaviorDriver {
  /** The name that nodes know it by. */
  readonly name: string;
  /** A call handler that throws also ends the process. Default false. */
  readonly crashOnCallError: boolean;
  /** Time `terminate` may take, in milliseconds. */
  readonly shutdownMs: number;
  readonly mailbox?: MailboxOptions;
  /** Whether code of the behavior awaits, so that its process must be known after an `await` too. See `runActivity`. */
  readonly followed?: boolean;
  /** Sets `cell.state`. A throw fails the spawn. */
  init(cell: ProcessCell, args: unknown): unknown;
  /** The reply, or {@link NO_HANDLER}. */
  call(cell: ProcessCell, name: string, payload: unknown): unknown;
  cast(cell: ProcessCell, name: string, payload: unknown): unknown;
  info(cell: ProcessCell, name: string, payload: unknown): unknown;
  down(cell: ProcessCell, down: ProcessDown): unknown;
  /** Undefined where the behavior has none, so that a stop need not wait. */
  readonly terminate: ((cell: ProcessCell, reason: ExitReason) => unknown) | undefined;
  /** Runs before `terminate` where the process is stopped because its node leaves; {@link DrainResult}. */
  drain?(cell: ProcessCell): unknown;
  /** A timeout that the driver itself set, which came as a message of its own kind. */
  timeout?(cell: ProcessCell, name: string, token: unknown): unknown;
  /** For those who look on: the state a state machine is in. */
  stateName?(cell: ProcessCell): string | undefined;
}

/** A driver's answer to a message that the behavior has no handler for. */
export const NO_HANDLER: unique symbol = Symbol('no handler');

/** A driver's answer to a message that it wants again after {@link ProcessCell.retryPostponed}; a caller keeps waiting. */
export const POSTPONED: unique symbol = Symbol('postponed');

/**
 * Thrown by a driver that refuses a message before its handler ran; the process goes on with its state untouched. The caller
 * gets the `cause`, if there is one, and else InvalidMessageError.
 */
export class MessageRejected extends Error {
  constructor(
    message: string,
    /** What is wrong, one entry a violation. */
    readonly violations: readonly unknown[],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MessageRejected';
  }
}
