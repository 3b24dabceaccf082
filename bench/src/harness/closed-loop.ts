import { percentile } from './statistics.js';
import type { Sample } from './result.js';

/** How many operations pass between two looks at the clock. */
const LOOK_EVERY = 16;

export interface LoopOptions {
  readonly inFlight: number;
  readonly ms: number;
  /** Every how many operations of one worker one is timed; fast ones would be slowed by the clock. Default: all at 1 in flight, else 16. */
  readonly timeEvery?: number;
}

/**
 * Keeps `inFlight` operations under way for `ms`: each worker begins its next operation when the one before has ended. What is
 * still under way at the end is waited for, and not counted.
 */
export async function closedLoop(
  operation: () => Promise<unknown>,
  { inFlight, ms, timeEvery = inFlight === 1 ? 1 : 16 }: LoopOptions,
): Promise<Sample> {
  const latencies: number[] = [];
  const begun = performance.now();
  let done = 0;
  let tookMs = 0;

  const tally = (): void => {
    if (++done % LOOK_EVERY !== 0) return;
    const passed = performance.now() - begun;
    if (passed >= ms) tookMs = passed;
  };

  const worker = async (): Promise<void> => {
    for (let untilTimed = 1; tookMs === 0;) {
      if (--untilTimed > 0) {
        await operation();
      } else {
        untilTimed = timeEvery;
        const at = performance.now();
        await operation();
        latencies.push(performance.now() - at);
      }
      if (tookMs === 0) tally();
    }
  };

  await Promise.all(Array.from({ length: inFlight }, worker));
  return {
    ops: done,
    opsPerSec: done / (tookMs / 1e3),
    ...latencyOf(latencies),
  };
}

/** Of times in milliseconds. */
export function latencyOf(latencies: readonly number[]): Pick<Sample, 'p50Us' | 'p99Us'> {
  return { p50Us: percentile(latencies, 0.5) * 1e3, p99Us: percentile(latencies, 0.99) * 1e3 };
}
