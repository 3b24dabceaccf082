export interface RestartCount {
  /** When the restarts that still count happened. */
  readonly restarts: readonly number[];
  /** This one is too many. */
  readonly exceeded: boolean;
}

/**
 * Counts a restart at `nowMs` (OTP manual, `supervisor`, "restart intensity"): more than `maxRestarts` of them within
 * `withinMs`, both ends included, are too many.
 */
export function countRestart(
  earlier: readonly number[],
  nowMs: number,
  maxRestarts: number,
  withinMs: number,
): RestartCount {
  const restarts = [...earlier.filter((at) => at >= nowMs - withinMs), nowMs];
  return { restarts, exceeded: restarts.length > maxRestarts };
}
