/** An echo of a time stamp: the stamp, and how long it was held before it went back, in microseconds modulo 2^32. */
export interface Echo {
  readonly stamp: number;
  readonly heldFor: number;
}

/** A round trip beyond this is a stamp that was not ours, or a clock that went back, in microseconds. */
const LONGEST = 2 ** 31;

/**
 * The round trip to a peer, measured without messages of its own: each heartbeat carries a stamp of its sender's clock, and the
 * peer's next one returns it with the time it was held. The clocks of the two need not agree.
 */
export class RoundTrip {
  /** The last one measured, in milliseconds. */
  lastMs: number | undefined;
  private stamp = 0;
  /** When the stamp came; below zero once it went back. */
  private stampedAtMs = -1;

  static stamp(nowMs: number): number {
    return (nowMs * 1000) >>> 0;
  }

  /** A heartbeat of the peer, with its stamp and, it may be, ours. */
  received(nowMs: number, stamp: number, echo: Echo | undefined): void {
    this.stamp = stamp;
    this.stampedAtMs = nowMs;
    if (!echo) return;
    const micros = (RoundTrip.stamp(nowMs) - echo.stamp - echo.heldFor) >>> 0;
    if (micros < LONGEST) this.lastMs = micros / 1000;
  }

  /** What our next heartbeat returns: each stamp once. */
  takeEcho(nowMs: number): Echo | undefined {
    if (this.stampedAtMs < 0) return undefined;
    const heldFor = ((nowMs - this.stampedAtMs) * 1000) >>> 0;
    this.stampedAtMs = -1;
    return { stamp: this.stamp, heldFor };
  }
}
