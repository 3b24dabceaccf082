/**
 * How long to wait after so many failures in a row: doubling from `minMs` to `maxMs`, less up to half of it at random (0 to 1), so
 * that nodes which failed together do not try again together.
 */
export function backoffMs(failures: number, minMs: number, maxMs: number, random: number): number {
  const fullMs = Math.min(Math.max(minMs, maxMs), minMs * 2 ** Math.max(0, failures - 1));
  return fullMs * (1 - random / 2);
}
