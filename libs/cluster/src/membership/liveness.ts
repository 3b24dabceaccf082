import type { HeartbeatOptions } from './heartbeat-options.js';
import { PhiAccrual } from './phi-accrual.js';
import { RoundTrip, type Echo } from './round-trip.js';

/** No heartbeat to count from. */
const NONE = -1;

/**
 * The signs of life of one peer. Two things are kept apart: any frame ends a silence, but only heartbeats say how long a silence
 * is usual. Were the gaps between all frames counted, a burst of calls would make microseconds the usual interval, and the first quiet
 * second a proof of death; the next heartbeat is due within an interval whatever came before it.
 */
export class Liveness {
  readonly roundTrip = new RoundTrip();
  private readonly intervals: PhiAccrual;
  private heardAtMs: number;
  /** When the last heartbeat came. */
  private beatAtMs = NONE;
  /** The one that the next interval is counted from. */
  private countedAtMs = NONE;

  constructor(options: HeartbeatOptions, nowMs: number) {
    this.heardAtMs = nowMs;
    this.intervals = new PhiAccrual({
      ...options,
      firstIntervalMs: options.intervalMs,
      longestIntervalMs: options.timeoutMs,
    });
  }

  /** A heartbeat came, with the peer's stamp and, it may be, an echo of ours. */
  beat(nowMs: number, stamp: number, echo: Echo | undefined): void {
    this.beatAtMs = nowMs;
    this.roundTrip.received(nowMs, stamp, echo);
  }

  /** What came since the last look. `stallMs`: how much of that time this node itself hung, and could hear nobody. */
  look(nowMs: number, heard: boolean, stallMs: number): void {
    if (heard) this.heardAtMs = nowMs;
    else this.heardAtMs += stallMs;
    if (stallMs > 0) this.countedAtMs = this.beatAtMs = NONE;
    else this.countInterval();
  }

  silenceMs(nowMs: number): number {
    return nowMs - this.heardAtMs;
  }

  phi(silenceMs: number): number {
    return this.intervals.phi(silenceMs);
  }

  /** At most one per look: heartbeats that were held up and come together are one arrival. */
  private countInterval(): void {
    if (this.beatAtMs === this.countedAtMs) return;
    if (this.countedAtMs !== NONE) this.intervals.add(this.beatAtMs - this.countedAtMs);
    this.countedAtMs = this.beatAtMs;
  }
}
