import type { Clock } from '@noex/contracts';

/** The calls of all peers that are being served here: what a leaving node has to finish. */
export class Serving {
  private open = 0;
  private closed = 0;
  private notCarriedOut = 0;
  private latestDeadline = 0;
  private idle: (() => void) | undefined;

  /** Calls not answered yet. */
  get calls(): number {
    return this.open;
  }

  /** Calls answered since the start, whatever the answer. */
  get answered(): number {
    return this.closed;
  }

  /** Those of them whose answer was that they were not carried out. */
  get failed(): number {
    return this.notCarriedOut;
  }

  /** `deadline`: when its caller gives up, on this node's clock. */
  begin(deadline: number): void {
    if (this.open === 0) this.latestDeadline = deadline;
    else if (deadline > this.latestDeadline) this.latestDeadline = deadline;
    this.open++;
  }

  end(failed: boolean): void {
    this.open--;
    this.closed++;
    if (failed) this.notCarriedOut++;
    if (this.open === 0) this.idle?.();
  }

  /** Resolves when no call is open, when every caller has given up, or after `limitMs`. */
  async whenIdle(clock: Clock, limitMs: number): Promise<void> {
    if (this.open === 0) return;
    await new Promise<void>((resolve) => {
      const untilAllGaveUp = Math.max(0, this.latestDeadline - clock.now());
      const timer = clock.setTimeout(resolve, Math.min(limitMs, untilAllGaveUp));
      this.idle = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
    this.idle = undefined;
  }
}
