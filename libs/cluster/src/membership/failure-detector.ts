export interface HeartbeatOptions {
  /** How often a node tells its peers that it lives, in milliseconds. Default 1000. Lower finds a hung node sooner and costs traffic. */
  readonly intervalMs: number;
  /** Silence after which a peer counts as down, in milliseconds. Default 4000. Lower mistakes a busy peer for a dead one. */
  readonly timeoutMs: number;
}

export const DEFAULT_HEARTBEAT: HeartbeatOptions = { intervalMs: 1000, timeoutMs: 4000 };

/**
 * How much of the time since the last look counts as silence of a peer. When the look itself came late, this node was the
 * one that hung: it could not have heard anybody, so the extra time accuses nobody.
 */
export function ownStallMs(sinceLastLookMs: number, lookEveryMs: number): number {
  return sinceLastLookMs > 2 * lookEveryMs ? sinceLastLookMs - lookEveryMs : 0;
}

/** Whether a peer has been silent for too long. */
export function isSilent(heardAtMs: number, nowMs: number, timeoutMs: number): boolean {
  return nowMs - heardAtMs >= timeoutMs;
}
