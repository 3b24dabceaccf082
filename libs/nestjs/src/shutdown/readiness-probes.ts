/** Questions about readiness within this time, in milliseconds, … */
const RECENT_MS = 30_000;
/** … at least so far apart are those of a probe, and not of a start that waits for the node to be ready. */
const APART_MS = 1_000;

/** Whether somebody probes readiness, so that a node that leaves has to wait until that one has noticed. */
export class ReadinessProbes {
  private firstMs = Infinity;
  private lastMs = -Infinity;

  asked(nowMs: number): void {
    if (nowMs - this.lastMs > RECENT_MS) this.firstMs = nowMs;
    this.lastMs = nowMs;
  }

  isProbed(nowMs: number): boolean {
    return nowMs - this.lastMs <= RECENT_MS && this.lastMs - this.firstMs >= APART_MS;
  }
}
