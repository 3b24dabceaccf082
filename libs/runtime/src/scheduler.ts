import { outsideActivity } from './activity.js';

/** Something that works through a queue of its own. */
export interface Runnable {
  /** Works off up to `limit` items and says how many; it wakes itself again when more wait and it can go on at once. */
  run(limit: number): number;
}

/** Messages one process may take before others get their turn, and before the time is looked at. */
const SHARE = 16;
/** When a share took longer than this, in milliseconds, the time is looked at after each message. */
const SLOW_MS = 1;
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
  private turnOpen = false;
  private turnStart = 0;
  private checkedAt = 0;
  /** Messages handled since the time was looked at, over all drains: an async handler makes a drain of its own. */
  private unchecked = 0;
  private share = SHARE;

  /** Queues a runnable that is not queued. */
  wake(runnable: Runnable): void {
    this.queue.push(runnable);
    if (this.requested) return;
    this.requested = true;
    outsideActivity(queueMicrotask, this.drain);
  }

  private readonly drain = (): void => {
    this.openTurn();
    while (this.head < this.queue.length) {
      const runnable = this.queue[this.head++]!;
      try {
        this.unchecked += runnable.run(this.share);
      } catch (error) {
        // Not a handler's, the process takes care of those. The others go on.
        queueMicrotask(() => {
          throw error;
        });
      }
      if (this.unchecked >= this.share && this.turnIsOver()) {
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
    this.turnStart = this.checkedAt = performance.now();
    this.unchecked = 0;
    setImmediate(this.closeTurn);
  }

  private readonly closeTurn = (): void => {
    this.turnOpen = false;
  };

  private turnIsOver(): boolean {
    const now = performance.now();
    this.share = now - this.checkedAt > SLOW_MS ? 1 : SHARE;
    this.checkedAt = now;
    this.unchecked = 0;
    return now - this.turnStart > TURN_MS;
  }

  private compact(): void {
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }
}
