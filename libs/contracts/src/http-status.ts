/** Statuses of our own errors: what a client may try again is 503 or 504, what it asked wrongly is 4xx, the rest is 500. */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  noproc: 404,
  name_taken: 409,
  invalid_message: 400,
  message_too_large: 413,
  overloaded: 503,
  draining: 503,
  node_unreachable: 503,
  node_down: 503,
  node_not_running: 503,
  spawn_refused: 503,
  no_quorum: 503,
  process_exited: 503,
  call_timeout: 504,
  spawn_timeout: 504,
};

export function httpStatusOfCode(code: string): number {
  return STATUS_BY_CODE[code] ?? 500;
}

/** The status that a thrown error asks for (Nest's HttpException, `http-errors`); undefined where it asks for none. */
export function httpStatusOf(thrown: object): number | undefined {
  const { getStatus, statusCode, status } = thrown as {
    getStatus?: () => unknown;
    statusCode?: unknown;
    status?: unknown;
  };
  const asked = typeof getStatus === 'function' ? getStatus.call(thrown) : (statusCode ?? status);
  return isErrorStatus(asked) ? asked : undefined;
}

/** A status that an HTTP response with an error may have. */
export function isErrorStatus(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 400 && (value as number) <= 599;
}
