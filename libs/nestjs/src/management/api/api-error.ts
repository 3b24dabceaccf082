import { NoexError } from '@noex/contracts';
import type { ManagementAnswer } from '../management-server.js';
import { toJson } from './to-json.js';

/** Status of an operation that was carried out and failed: the node is the gateway to a process or a peer. */
const OPERATION_FAILED = 502;

/** What is wrong with a request to the management API itself. */
export class ApiError extends Error {
  constructor(
    /** Of the HTTP answer. */
    readonly status: number,
    /** Stable, for programs. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The body of every answer that is no success. */
export interface FailureAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** Of a failed operation: whether it may have been done. */
    readonly outcome?: string;
    /** Of a failed operation: the HTTP status that its error stands for. */
    readonly status?: number;
    /** Of an error that a handler threw: its own class and code. */
    readonly name?: string;
    readonly remoteCode?: string | number;
    readonly data?: unknown;
  };
}

/** The answer to what failed on purpose; undefined for anything else, which is a mistake of ours. */
export function failureAnswer(thrown: unknown): ManagementAnswer | undefined {
  if (thrown instanceof ApiError) {
    const { status, code, message } = thrown;
    return answer(status, { code, message });
  }
  if (!(thrown instanceof NoexError)) return undefined;
  const { data, ...error } = thrown.toJSON();
  const { remoteCode } = thrown as { remoteCode?: string | number };
  return answer(OPERATION_FAILED, {
    ...error,
    code: thrown.code,
    status: thrown.statusCode,
    ...(remoteCode === undefined ? {} : { remoteCode }),
    data: toJson(data),
  });
}

function answer(status: number, error: FailureAnswer['error']): ManagementAnswer {
  const headers: Record<string, string> = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
  return { status, headers, body: { error } satisfies FailureAnswer };
}
