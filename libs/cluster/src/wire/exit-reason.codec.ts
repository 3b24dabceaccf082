import { isErrorStatus, RemoteError, toErrorData, type ErrorData, type ExitReason } from '@noex/contracts';

const BRIEF_CHARACTERS = 1000;

/** Exit reasons on the wire: text, `{ shutdown }`, or `{ error }`. */
export function encodeExitReason(reason: ExitReason): unknown {
  return reason instanceof Error ? { error: toErrorData(reason) } : reason;
}

export function decodeExitReason(wire: unknown): ExitReason {
  if (typeof wire === 'string') return wire;
  if (typeof wire === 'object' && wire !== null) {
    if ('error' in wire) return new RemoteError(readErrorData(wire.error));
    if ('shutdown' in wire) return { shutdown: wire.shutdown };
  }
  return 'shutdown';
}

/** The same error without what may be too large to send, or may not be sendable at all. */
export function briefErrorData({ name, message, code, status, outcome }: ErrorData): ErrorData {
  return {
    name: name.slice(0, BRIEF_CHARACTERS),
    message: message.slice(0, BRIEF_CHARACTERS),
    ...(code === undefined
      ? {}
      : { code: typeof code === 'string' ? code.slice(0, BRIEF_CHARACTERS) : code }),
    ...(status === undefined ? {} : { status }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** A reason that can be sent in place of one that cannot: a crash stays a crash. */
export function briefExitReason(reason: ExitReason): unknown {
  return reason instanceof Error ? { error: briefErrorData(toErrorData(reason)) } : 'shutdown';
}

/** An error as a peer described it; whatever it sent, the result is well-formed. */
export function readErrorData(wire: unknown): ErrorData {
  const { name, message, code, data, status, outcome } = (
    typeof wire === 'object' && wire !== null ? wire : {}
  ) as Record<string, unknown>;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : '',
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(data === undefined ? {} : { data }),
    ...(isErrorStatus(status) ? { status } : {}),
    ...(outcome === 'not-run' ? { outcome } : {}),
  };
}
