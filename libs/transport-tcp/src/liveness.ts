import type { Clock, TimerHandle } from '@noex/contracts';

/** How long whoever is asked for a sign of life may take, in ms: a restarted node waits so long for its name. */
export const ANSWER_MS = 1_000;
/** How long a sign counts, in ms from the question. */
const VALID_MS = 5_000;

export interface LivenessOptions {
  readonly clock: Clock;
  bytesRead(): number;
  ping(): void;
  /** There was no sign in time. */
  dead(): void;
}

/** Finds out whether anybody is at the other end of a connection, when there is a reason to doubt it. */
export class Liveness {
  private askedAt = -Infinity;
  private bytesRead = 0;
  private timer: TimerHandle | undefined;

  constructor(private readonly options: LivenessOptions) {}

  /** Asks, unless that was done lately. A dead connection often answers with its end. */
  ask(): void {
    const { clock, bytesRead, ping } = this.options;
    const now = clock.now();
    if (now - this.askedAt < VALID_MS) return;
    this.askedAt = now;
    this.bytesRead = bytesRead();
    ping();
  }

  /** Asks, and says whether there was a sign since. If none comes in time, the connection is dead. */
  isProven(): boolean {
    this.ask();
    if (this.hasSign()) return true;
    this.timer ??= this.options.clock.setTimeout(() => this.lookOnce(), ANSWER_MS / 2);
    return false;
  }

  stop(): void {
    this.options.clock.clearTimeout(this.timer);
  }

  private hasSign(): boolean {
    return this.options.bytesRead() > this.bytesRead;
  }

  /** Two looks, because the first may come late: after this node itself hung, what was sent meanwhile is still to be read. */
  private lookOnce(): void {
    if (this.hasSign()) return void (this.timer = undefined);
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      if (!this.hasSign()) this.options.dead();
    }, ANSWER_MS / 2);
  }
}
