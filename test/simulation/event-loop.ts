/** Turns in which the event loop must come to rest: more means that something wakes itself for ever. */
const MOST_TURNS = 100_000;

/**
 * The machine's event loop, made to say when nothing is left to do, and its `performance.now` made to follow `read`. Code under test
 * waits for nothing but promises, `setImmediate` and its clock; so once no immediate is left, only the clock can wake it.
 */
export class EventLoop {
  private readonly setImmediate = globalThis.setImmediate;
  private waiting = 0;

  constructor(private readonly read: () => number) {}

  /** Takes the place of the machine's own until `restore`. */
  install(): void {
    const counted = (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
      this.waiting++;
      return this.setImmediate(() => {
        this.waiting--;
        callback(...args);
      });
    };
    globalThis.setImmediate = counted as typeof setImmediate;
    performance.now = () => this.read();
  }

  restore(): void {
    globalThis.setImmediate = this.setImmediate;
    delete (performance as { now?: unknown }).now;
  }

  /** Resolves when every promise has had its callbacks run and no immediate is left. */
  async settle(): Promise<void> {
    let turns = 0;
    // Ours comes last in each turn, after all that was waiting and the promises behind it.
    do {
      await new Promise<void>((resolve) => this.setImmediate(() => resolve()));
      if (++turns > MOST_TURNS) throw new Error(`the event loop does not come to rest in ${turns} turns`);
    } while (this.waiting > 0);
  }
}
