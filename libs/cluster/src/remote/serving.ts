import type { Clock } from '@noex/contracts';

/** The calls and spawns of all peers that are being served here: what a leaving node has to finish. */
export class Serving {
  private open = 0;
  private starting = 0;
  private closed = 0;
  private notCarriedOut = 0;
  private latestDeadline = 0;
  private idle: (() => void) | undefined;

  /** Calls not answered yet. */
  get calls(): number {
    return this.open;
  }

  /** Spawns not answered yet. */
  get spawns(): number {
    return this.starting;
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
    this.expect(deadline);
    this.open++;
  }

  end(failed: boolean): void {
    this.open--;
    this.closed++;
    if (failed) this.notCarriedOut++;
    this.update();
  }

  beginSpawn(deadline: number): void {
    this.expect(deadline);
    this.starting++;
  }

  endSpawn(): void {
    this.starting--;
    this.update();
  }

  /** Resolves when nothing is open, when every caller has given up, after `limitMs`, or by `stopWaiting`. */
  async whenIdle(clock: Clock, limitMs: number): Promise<void> {
    if (this.isIdle) return;
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

  /** Whoever waits in `whenIdle` goes on. */
  stopWaiting(): void {
    this.idle?.();
  }

  private get isIdle(): boolean {
    return this.open === 0 && this.starting === 0;
  }

  private expect(deadline: number): void {
    if (this.isIdle || deadline > this.latestDeadline) this.latestDeadline = deadline;
  }

  private update(): void {
    if (this.idle && this.isIdle) this.idle();
  }
}
