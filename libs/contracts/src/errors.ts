import { describeExit, type ExitReason } from './exit-reason.js';
import { httpStatusOf, httpStatusOfCode } from './http-status.js';

/** Whether the work that a failed request asked for may have been done. */
export type Outcome = 'not-run' | 'unknown' | 'ran';

/** An error as it crosses nodes: JSON-safe where `data` is. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly data?: unknown;
  /** HTTP status the thrown error asks for, from 400 to 599. */
  readonly status?: number;
  /** Set where the handler did not run: a guard or a pipe before it threw. */
  readonly outcome?: 'not-run';
}

/** Base of every error this product throws on purpose. Narrow by `code`, not by class: classes do not cross package copies. */
export abstract class NoexError extends Error {
  abstract readonly code: string;
  abstract readonly outcome: Outcome;

  constructor(
    message: string,
    /** Facts behind the message, JSON-safe. */
    readonly data: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }

  /**
   * HTTP status a server answers with where nobody catches the error. `status` and `expose` are the `http-errors` convention that
   * Express, Fastify and Nest go by; what is told of a 5xx is its status alone.
   */
  get statusCode(): number {
    return httpStatusOfCode(this.code);
  }

  get status(): number {
    return this.statusCode;
  }

  get expose(): boolean {
    return this.statusCode < 500;
  }

  toJSON(): Omit<ErrorData, 'outcome'> & { outcome: Outcome } {
    return {
      name: this.name,
      message: this.message,
      code: this.code,
      outcome: this.outcome,
      data: this.data,
    };
  }
}

export class CallTimeoutError extends NoexError {
  readonly code = 'call_timeout';
  readonly outcome = 'unknown';
}

/** The process is gone, never was, or belongs to an earlier life of its node. */
export class ProcessNotFoundError extends NoexError {
  readonly code = 'noproc';
  readonly outcome = 'not-run';
}

/** The process ended while it was working on the request. */
export class ProcessExitedError extends NoexError {
  readonly code = 'process_exited';
  readonly outcome = 'unknown';
}

/**
 * The call would wait for itself: its target is, directly or through others, in the handler that this call came from.
 * `data.path` shows the way. A handler that calls without awaiting and is still at work when the call comes back counts as
 * waiting: use a cast where no reply is wanted.
 */
export class DeadlockError extends NoexError {
  readonly code = 'deadlock';
  readonly outcome = 'not-run';
}

export class NodeUnreachableError extends NoexError {
  readonly code = 'node_unreachable';
  readonly outcome = 'not-run';
}

/** The node went down while the reply was outstanding. */
export class NodeDownError extends NoexError {
  readonly code = 'node_down';
  readonly outcome = 'unknown';
}

/** A mailbox, a peer's send queue or the table of pending calls is full. */
export class OverloadedError extends NoexError {
  readonly code = 'overloaded';
  readonly outcome = 'not-run';
}

export class DrainingError extends NoexError {
  readonly code = 'draining';
  readonly outcome = 'not-run';
}

/** The payload failed validation, or the behavior has no such handler. */
export class InvalidMessageError extends NoexError {
  readonly code = 'invalid_message';
  readonly outcome = 'not-run';
}

/**
 * The handler threw, or what is bound before it (a guard, a pipe), then with the outcome `not-run`. `name`, `message`,
 * `remoteCode`, `remoteData` and `remoteStatus` are those of the error thrown, on whatever node; where it was this node, that
 * error is also the `cause`.
 */
export class RemoteError extends NoexError {
  readonly code = 'remote_error';
  readonly outcome: Outcome;
  readonly remoteCode?: string | number;
  readonly remoteData?: unknown;
  readonly remoteStatus?: number;

  constructor(error: ErrorData, options?: ErrorOptions) {
    super(error.message, { name: error.name, code: error.code, data: error.data }, options);
    this.name = error.name;
    this.outcome = error.outcome ?? 'ran';
    this.remoteCode = error.code;
    this.remoteData = error.data;
    this.remoteStatus = error.status;
  }

  override get statusCode(): number {
    return this.remoteStatus ?? super.statusCode;
  }
}

/** The payload cannot be sent: it holds something that has no wire form. The message names the path to it. */
export class SerializationError extends NoexError {
  readonly code = 'serialization';
  readonly outcome = 'not-run';
}

export class MessageTooLargeError extends NoexError {
  readonly code = 'message_too_large';
  readonly outcome = 'not-run';
}

export class BehaviorNotFoundError extends NoexError {
  readonly code = 'behavior_not_found';
  readonly outcome = 'not-run';
}

/** The target does not take spawns of this behavior, or no member fits the placement. */
export class SpawnRefusedError extends NoexError {
  readonly code = 'spawn_refused';
  readonly outcome = 'not-run';
}

/** `init` threw; its error is in `data` and, on this node, the `cause`. */
export class SpawnFailedError extends NoexError {
  readonly code = 'spawn_failed';
  readonly outcome = 'not-run';
}

/** `init` did not end in time. The process, should it have started, is undone by its node. */
export class SpawnTimeoutError extends NoexError {
  readonly code = 'spawn_timeout';
  readonly outcome = 'not-run';
}

/** The name, on the node or in the cluster, belongs to another process: `data.holder`, or one that `data.node` is starting. */
export class NameTakenError extends NoexError {
  readonly code = 'name_taken';
  readonly outcome = 'not-run';
}

/** Whether the name is free could not be learned in time. It was not registered, and nothing is left behind. */
export class NameClaimTimeoutError extends NoexError {
  readonly code = 'name_claim_timeout';
  readonly outcome = 'not-run';
}

/** This node sees too few others to take new names or start singletons (option `quorum`). */
export class NoQuorumError extends NoexError {
  readonly code = 'no_quorum';
  readonly outcome = 'not-run';
}

/** The configuration is wrong; the message lists every bad field. */
export class InvalidOptionsError extends NoexError {
  readonly code = 'invalid_options';
  readonly outcome = 'not-run';
}

/** The node is not running (yet, or any more), or could not start. */
export class NodeNotRunningError extends NoexError {
  readonly code = 'node_not_running';
  readonly outcome = 'not-run';
}

/** The cluster could not be joined or its port could not be listened on. */
export class ClusterStartError extends NoexError {
  readonly code = 'cluster_start';
  readonly outcome = 'not-run';
}

/** Errors that the target answers with; a reply carries their code, so they arrive as the same class. */
const ANSWERED = {
  noproc: ProcessNotFoundError,
  process_exited: ProcessExitedError,
  deadlock: DeadlockError,
  node_unreachable: NodeUnreachableError,
  overloaded: OverloadedError,
  draining: DrainingError,
  invalid_message: InvalidMessageError,
  serialization: SerializationError,
  message_too_large: MessageTooLargeError,
  behavior_not_found: BehaviorNotFoundError,
  spawn_refused: SpawnRefusedError,
  spawn_failed: SpawnFailedError,
  spawn_timeout: SpawnTimeoutError,
  name_taken: NameTakenError,
  name_claim_timeout: NameClaimTimeoutError,
  no_quorum: NoQuorumError,
} as const satisfies Record<string, new (message: string, data?: Record<string, unknown>) => NoexError>;

/** What of any thrown value crosses to another node. Never throws, whatever the value does when it is looked at. */
export function toErrorData(thrown: unknown): ErrorData {
  try {
    return describeThrown(thrown);
  } catch {
    return { name: 'Error', message: 'something was thrown that cannot be read' };
  }
}

function describeThrown(thrown: unknown): ErrorData {
  if (thrown instanceof RemoteError) {
    const { name, message, remoteCode: code, remoteData: data, remoteStatus: status, outcome } = thrown;
    return {
      name,
      message,
      code,
      data,
      ...(status === undefined ? {} : { status }),
      ...(outcome === 'not-run' ? { outcome } : {}),
    };
  }
  if (thrown instanceof Error) {
    const { code } = thrown as { code?: unknown };
    const data = dataOf(thrown);
    const status = thrown instanceof NoexError ? undefined : httpStatusOf(thrown);
    return {
      name: String(thrown.name),
      message: String(thrown.message),
      ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
      ...(data === undefined ? {} : { data }),
      ...(status === undefined ? {} : { status }),
    };
  }
  return { name: 'Error', message: String(thrown) };
}

/** What an error tells besides its message: `data`, or what Nest's HttpException and RpcException were made with. */
function dataOf(thrown: Error): unknown {
  const { data, getResponse, getError } = thrown as {
    data?: unknown;
    getResponse?: () => unknown;
    getError?: () => unknown;
  };
  if (data !== undefined) return data;
  const told =
    typeof getResponse === 'function'
      ? getResponse.call(thrown)
      : typeof getError === 'function'
        ? getError.call(thrown)
        : undefined;
  return typeof told === 'object' && told !== null ? told : undefined;
}

/** The error for the caller when a node answered with one of ours, by its code; `undefined` for other codes. */
export function answeredError(error: ErrorData): NoexError | undefined {
  const ErrorClass = Object.hasOwn(ANSWERED, error.code ?? '')
    ? ANSWERED[error.code as keyof typeof ANSWERED]
    : undefined;
  return ErrorClass && new ErrorClass(error.message, (error.data ?? {}) as Record<string, unknown>);
}

/** The error that a caller gets when the process it called has ended. */
export function exitedError(who: string, reason: ExitReason, started: boolean): NoexError {
  const data = { process: who, reason: describeExit(reason) };
  return started
    ? new ProcessExitedError(`process ${who} ended (${data.reason}) before it answered`, data)
    : new ProcessNotFoundError(`process ${who} ended (${data.reason}) before it took the message`, data);
}
