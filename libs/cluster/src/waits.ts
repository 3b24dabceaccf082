import type { Clock } from '@noex/contracts';

/** Waits that have an end: what is waited for, their limit, or `cutShort`, which ends all of them, those to come included. */
export class Waits {
  private isShort = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Nothing is waited for any more. */
  get areCutShort(): boolean {
    return this.isShort;
  }

  /** True when the work ended in time, whether it failed or not; it goes on by itself where it did not. */
  within(limitMs: number, work: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (inTime: boolean) => {
        this.clock.clearTimeout(timer);
        this.waiting.delete(cut);
        resolve(inTime);
      };
      const cut = () => end(false);
      const timer = this.clock.setTimeout(cut, Math.min(LONGEST_MS, Math.max(0, limitMs)));
      this.waiting.add(cut);
      const ended = () => end(true);
      work.then(ended, ended);
      if (this.isShort) cut();
    });
  }

  async sleep(forMs: number): Promise<void> {
    await this.within(forMs, new Promise(() => {}));
  }

  cutShort(): void {
    this.isShort = true;
    for (const cut of [...this.waiting]) cut();
  }
}

/** The longest that timers of the machine wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;
