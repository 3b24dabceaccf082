/** Something that works through a queue of its own. */
export interface Runnable {
  /** Works off up to `limit` items; returns true when more wait and it can go on at once. */
  run(limit: number): boolean;
}

/** Messages one process may take before others get their turn. */
const SHARE = 64;
/** Longest time, in milliseconds of the machine (not of a virtual clock), before sockets and timers get theirs. */
const TURN_MS = 8;

/**
 * Decides whose messages run next: round robin over the processes with mail, within a time budget per turn of the event
 * loop. Work begins in a microtask, so a burst that arrives in one tick is taken in one go.
 */
export class Scheduler {
  private queue: Runnable[] = [];
  private head = 0;
  private requested = false;
  private turnStart = 0;
  private turnOpen = false;

  /** Queues a runnable that is not queued. */
  wake(runnable: Runnable): void {
    this.queue.push(runnable);
    if (this.requested) return;
    this.requested = true;
    queueMicrotask(this.drain);
  }

  private readonly drain = (): void => {
    this.openTurn();
    while (this.head < this.queue.length) {
      const runnable = this.queue[this.head]!;
      this.head++;
      if (runnable.run(SHARE)) this.queue.push(runnable);
      if ((this.head & 15) === 0 && performance.now() - this.turnStart > TURN_MS) {
        this.compact();
        setImmediate(this.drain);
        return;
      }
    }
    this.queue.length = 0;
    this.head = 0;
    this.requested = false;
  };

  /** Microtasks can follow each other without end, so the budget is counted per turn of the event loop, not per drain. */
  private openTurn(): void {
    if (this.turnOpen) return;
    this.turnOpen = true;
    this.turnStart = performance.now();
    setImmediate(this.closeTurn);
  }

  private readonly closeTurn = (): void => {
    this.turnOpen = false;
  };

  private compact(): void {
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }
}
