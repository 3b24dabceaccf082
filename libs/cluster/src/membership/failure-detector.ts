import type { HeartbeatOptions } from './heartbeat-options.js';

/** Looks per heartbeat interval: a silence begins and is noticed at most a quarter of an interval late. */
const LOOKS_PER_INTERVAL = 4;

/** How often a node looks who was silent, in milliseconds. */
export function lookEveryMs({ intervalMs }: HeartbeatOptions): number {
  return intervalMs / LOOKS_PER_INTERVAL;
}

/**
 * How much of the time since the last look counts as silence of nobody. When the look itself came late, this node was the
 * one that hung: it could not have heard anybody, so the extra time accuses nobody.
 */
export function ownStallMs(sinceLastLookMs: number, everyMs: number): number {
  return sinceLastLookMs > 2 * everyMs ? sinceLastLookMs - everyMs : 0;
}

/**
 * Whether a peer that is silent for so long, with so much suspicion, is down. Suspicion alone never is enough within two
 * intervals, in which one heartbeat may be late; past the timeout its lack saves nobody.
 */
export function isHung(silenceMs: number, phi: number, options: HeartbeatOptions): boolean {
  if (silenceMs >= options.timeoutMs) return true;
  return phi >= options.phiThreshold && silenceMs >= 2 * options.intervalMs;
}
