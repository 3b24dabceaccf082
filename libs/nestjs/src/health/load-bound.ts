import type { Finding } from './readiness.js';

/** Samples in a row beyond a bound after which it counts as lasting. */
export const LASTING_SAMPLES = 3;

/** How many samples in a row, this one included, are beyond the limit; `false` is no limit. */
export function samplesBeyond(before: number, value: number, limit: number | false): number {
  return limit !== false && value > limit ? before + 1 : 0;
}

/** A burst degrades the node; what lasts makes it not ready. */
export function boundFinding(samples: number, what: string): Finding | undefined {
  if (samples === 0) return undefined;
  return { state: samples >= LASTING_SAMPLES ? 'down' : 'degraded', reason: what };
}
