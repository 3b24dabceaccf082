import type { DrainResult } from './behavior.js';

/** What the processes of a leaving node did with their state. */
export class HandOver {
  private count = 0;

  /** Processes whose state lives on elsewhere. */
  get handedOver(): number {
    return this.count;
  }

  /** A process has run its `drain`, which gave this. */
  drained(result: unknown): void {
    if (typeof result === 'object' && (result as DrainResult | null)?.handedOver === true) this.count++;
  }
}
