import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop of this node runs. */
export interface LoopDelay {
  start(): void;
  stop(): void;
  /** Longest delay since the last `reset`, in milliseconds. */
  worstMs(): number;
  reset(): void;
}

/** A delay much shorter than this goes unseen; waking up more often costs an idle node. */
const RESOLUTION_MS = 50;

/** Measured by a timer of libuv, which never keeps the OS process alive. */
export function machineLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  return {
    start: () => void histogram.enable(),
    stop: () => void histogram.disable(),
    // It records the time between two ticks, of which the resolution is no delay.
    worstMs: () => Math.max(0, histogram.max / 1e6 - RESOLUTION_MS),
    reset: () => histogram.reset(),
  };
}

/** For a node whose time is a test's: the machine's delays say nothing about it. */
export const noLoopDelay: LoopDelay = { start() {}, stop() {}, worstMs: () => 0, reset() {} };
