import type { ProcessRef } from '@noex/contracts';
import { closedLoop } from './closed-loop.js';
import type { Sample } from './result.js';

/** What supervised processes tell when they start, each with its place. */
export class Starts {
  private readonly alive: ProcessRef[] = [];
  private readonly waiting: ((ref: ProcessRef) => void)[] = [];

  started(place: number, ref: ProcessRef): void {
    this.alive[place] = ref;
    this.waiting[place]?.(ref);
  }

  /** Kills each process, and again as soon as its next life has started, for `ms`. */
  loop(kill: (ref: ProcessRef) => void, ms: number): Promise<Sample> {
    const free = this.alive.map((_, place) => place);
    const restart = async (): Promise<void> => {
      const place = free.pop()!;
      const next = new Promise((resolve) => (this.waiting[place] = resolve));
      kill(this.alive[place]!);
      await next;
      free.push(place);
    };
    return closedLoop(restart, { inFlight: free.length, ms, timeEvery: 16 });
  }
}
