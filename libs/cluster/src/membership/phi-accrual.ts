export interface PhiAccrualOptions {
  /** Interval that is expected before any was seen, in milliseconds; taken to vary by a quarter. */
  readonly firstIntervalMs: number;
  /** Intervals count as this at most, in milliseconds, so that one long pause does not blunt the estimate for long. */
  readonly longestIntervalMs: number;
  readonly minStdDeviationMs: number;
  readonly acceptablePauseMs: number;
}

/** Intervals remembered: under two minutes of heartbeats, so that an estimate follows what the network has become. */
const WINDOW = 100;

/**
 * How suspicious the silence of a peer is, by the intervals at which its heartbeats came: phi = -log10 of the chance that
 * one comes later still. Hayashibara, Défago, Yared, Katayama: The φ Accrual Failure Detector (2004); the pause and the least deviation
 * are those of Akka's detector, the tail of the normal distribution is the logistic approximation of Bowling et al. (2009).
 */
export class PhiAccrual {
  private readonly intervals = new Float64Array(WINDOW);
  private count = 0;
  private next = 0;
  private mean = 0;
  private deviation = 0;

  constructor(private readonly options: PhiAccrualOptions) {
    const { firstIntervalMs } = options;
    this.add(firstIntervalMs * 0.75);
    this.add(firstIntervalMs * 1.25);
  }

  /** Usual interval, in milliseconds. */
  get meanMs(): number {
    return this.mean;
  }

  /** Standard deviation that is reckoned with, in milliseconds. */
  get stdDeviationMs(): number {
    return Math.max(this.deviation, this.options.minStdDeviationMs);
  }

  add(intervalMs: number): void {
    this.intervals[this.next] = Math.min(intervalMs, this.options.longestIntervalMs);
    this.next = (this.next + 1) % WINDOW;
    this.count = Math.min(this.count + 1, WINDOW);
    this.estimate();
  }

  /** From 0, never falling as the silence grows, finite for a finite silence. */
  phi(silenceMs: number): number {
    const usual = this.mean + this.options.acceptablePauseMs;
    const y = (silenceMs - usual) / this.stdDeviationMs;
    const x = y * (1.5976 + 0.070566 * y * y);
    // log10(1 + e^x), in the form that neither overflows nor loses what is small.
    return (Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))) / Math.LN10;
  }

  /** From scratch each time: running sums would gather rounding errors over weeks, and this is once per heartbeat. */
  private estimate(): void {
    const { intervals, count } = this;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += intervals[i]!;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += (intervals[i]! - mean) ** 2;
    this.mean = mean;
    this.deviation = Math.sqrt(squares / count);
  }
}
