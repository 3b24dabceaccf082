import { setTimeout as sleep } from 'node:timers/promises';
import type { Arbiter, Lease } from '@noex/contracts';

/** A holder that renews its lease as nodes of a cluster do: after a third of it, and again and again where that fails. */
export class KeptName {
  private readonly over = new AbortController();
  private readonly losses: string[] = [];
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly arbiter: Arbiter,
    readonly lease: Lease,
    private renewedAt: number,
  ) {
    void this.keep();
  }

  static async claim(arbiter: Arbiter, name: string): Promise<KeptName> {
    const begunAt = performance.now();
    const answer = await arbiter.claim(name, 'holder');
    if ('taken' in answer) throw new Error(`${name} is taken`);
    return new KeptName(arbiter, answer, begunAt);
  }

  /** Resolves with a renewal that begins from now on and succeeds, or with the loss of the name, which `stop` tells. */
  renewed(): Promise<void> {
    if (this.losses.length > 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** What a node would have lost its name by: a renewal that said no, or none for two thirds of a lease. */
  stop(): readonly string[] {
    this.over.abort();
    return this.losses;
  }

  private async keep(): Promise<void> {
    const { leaseMs } = this.arbiter;
    const { signal } = this.over;
    while (!signal.aborted && this.losses.length === 0) {
      const begunAt = performance.now();
      const waiting = this.waiting.splice(0);
      const answer = await this.arbiter.renew(this.lease).catch((error: Error) => error);
      const sinceMs = Math.round(performance.now() - this.renewedAt);
      if (sinceMs > (2 / 3) * leaseMs) this.losses.push(`not renewed for ${sinceMs} ms: ${String(answer)}`);
      if (answer === false) this.losses.push('the lease is over');
      if (answer === true) this.renewedAt = begunAt;
      for (const resolve of waiting) {
        if (answer === true || this.losses.length > 0) resolve();
        else this.waiting.push(resolve);
      }
      await sleep(answer === true ? leaseMs / 3 : leaseMs / 15, undefined, { signal }).catch(() => {});
    }
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
