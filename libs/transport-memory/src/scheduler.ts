import { systemClock, type Clock } from '@noex/contracts';

/**
 * When things happen in the network. With a clock of the test's own everything goes through that clock, so that nothing moves
 * before the test says so; without one and without latency it happens in the next turn of the event loop.
 */
export class Scheduler {
  constructor(
    /** Gives the delay of one delivery, in milliseconds. */
    private readonly latencyMs: () => number,
    private readonly clock?: Clock,
  ) {}

  /** After the network's latency. */
  soon(callback: () => void): void {
    const delayMs = this.latencyMs();
    if (this.clock || delayMs > 0) this.after(delayMs, callback);
    else setImmediate(callback);
  }

  after(delayMs: number, callback: () => void): void {
    (this.clock ?? systemClock).setTimeout(callback, delayMs);
  }
}
