import type { Clock, TimerHandle } from '@noex/contracts';

/** The longest delay that timers of the machine take, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;
/** Turns of the event loop that `advance` leaves after each timer: enough for work that was put off once by `setImmediate`. */
const TURNS = 2;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so. */
export class VirtualClock implements Clock {
  private readonly timers = new Set<Timer>();

  constructor(
    private time = 0,
    /** Awaited after each timer, so that what it set off is done before the next one. Default: two turns of the event loop. */
    private readonly settle: () => Promise<void> = turns,
  ) {}

  now(): number {
    return this.time;
  }

  /** Timers that have neither fired nor been cleared. */
  get pending(): number {
    return this.timers.size;
  }

  /** Throws RangeError for a delay the machine's timers would not wait for: they fire such a timer at once. */
  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    if (!(delayMs <= LONGEST_MS)) throw new RangeError(`a timer cannot wait ${delayMs} ms`);
    const timer: Timer = { due: this.time + Math.max(0, delayMs), callback };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    this.timers.delete(handle as Timer);
  }

  /**
   * Lets time pass: fires what falls due, in order, each at its own time, and lets promises and `setImmediate` callbacks run
   * after each. What those set up fires too if it falls due in that time. `advance(0)` only lets them run.
   */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let timer = this.earliest(end); timer; timer = this.earliest(end)) {
      this.timers.delete(timer);
      this.time = Math.max(this.time, timer.due);
      timer.callback();
      await this.settle();
    }
    this.time = end;
  }

  /** The machine was busy: time passes and no timer gets to fire. They fire with the next `advance`. */
  stall(ms: number): void {
    this.time += ms;
  }

  private earliest(end: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.due <= end && (!earliest || timer.due < earliest.due)) earliest = timer;
    }
    return earliest;
  }
}

async function turns(): Promise<void> {
  for (let n = 0; n < TURNS; n++) await new Promise((resolve) => setImmediate(resolve));
}
