/** Between what a pause before another try lies. */
export interface BackoffLimits {
  readonly minMs: number;
  /** Below `minMs` it counts as that. */
  readonly maxMs: number;
}

/**
 * How long to wait after so many failures in a row: doubles from `minMs` to `maxMs`. `random` (0 to 1) takes away up to half, so
 * that nodes which failed together do not return together; the wait never exceeds `maxMs`.
 */
export function backoffMs(failures: number, { minMs, maxMs }: BackoffLimits, random: number): number {
  const fullMs = Math.min(Math.max(minMs, maxMs), minMs * 2 ** Math.max(0, failures - 1));
  return fullMs * (1 - random / 2);
}
