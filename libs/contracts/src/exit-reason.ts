/**
 * Why a process ended (OTP reference manual, "Processes", exit reasons).
 *
 * - `normal`: it finished its work; `shutdown` / `{ shutdown }`: it was told to stop
 * - `killed`: it was killed and had no say
 * - `noproc`: there was no such process; `noconnection`: its node was lost, its fate is unknown
 * - an `Error`: a handler threw it (a `RemoteError` when it happened on another node)
 */
export type ExitReason =
  | 'normal'
  | 'shutdown'
  | 'killed'
  | 'noproc'
  | 'noconnection'
  | (string & {})
  | { readonly shutdown: unknown }
  | Error;

/** True for the reasons that a supervisor and a log take as a planned end. */
export function isPlannedExit(reason: ExitReason): boolean {
  if (typeof reason === 'string') return reason === 'normal' || reason === 'shutdown';
  return !(reason instanceof Error);
}

/** Longest text of an error in such a line, in characters. */
const LONGEST = 1000;

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

/** One short line for logs and messages. */
export function describeExit(reason: ExitReason): string {
  if (typeof reason === 'string') return reason;
  if (reason instanceof Error) return `${reason.name}: ${shorten(reason.message)}`;
  return 'shutdown';
}
