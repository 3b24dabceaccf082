import type { Clock, NodeDownReason, TimerHandle } from '@noex/contracts';

/** How long whoever is asked for a sign of life may take, in ms: a restarted node waits so long for its name. */
export const ANSWER_MS = 1_000;
/** How long a sign counts, in ms from the question. */
const VALID_MS = 5_000;

export interface SignOfLifeOptions {
  readonly clock: Clock;
  /** Has the peer answer; `bounced` says that nobody reads there. */
  ask(bounced: () => void): void;
  /** There was no sign in time. */
  dead(reason: NodeDownReason): void;
}

/** Finds out whether anybody is at the other end of a session, when there is a reason to doubt it. */
export class SignOfLife {
  private askedAt = -Infinity;
  private isSeen = true;
  private isDoubted = false;
  private timer: TimerHandle | undefined;
  private isStopped = false;

  constructor(private readonly options: SignOfLifeOptions) {}

  /** Something came from the peer. */
  seen(): void {
    this.isSeen = true;
  }

  /** Asks, unless that was done lately. A peer that knows nothing of the session answers with its end. */
  ask(): void {
    const now = this.options.clock.now();
    if (now - this.askedAt < VALID_MS) return;
    this.askedAt = now;
    this.isSeen = this.isDoubted = false;
    this.options.ask(() => {
      // Nobody reads there. It may be reconnecting, which is no reason to end a session, unless its name is claimed by a newer life.
      if (this.isDoubted && !this.isSeen && !this.isStopped) this.options.dead('connection_closed');
    });
  }

  /** Asks, and says whether there was a sign since. If none comes in time, the peer is dead. */
  isProven(): boolean {
    this.ask();
    if (this.isSeen) return true;
    this.isDoubted = true;
    this.timer ??= this.options.clock.setTimeout(() => this.lookOnce(), ANSWER_MS / 2);
    return false;
  }

  stop(): void {
    this.isStopped = true;
    this.options.clock.clearTimeout(this.timer);
  }

  /** Two looks, because the first may come late: after this node itself hung, what was sent meanwhile is still to be read. */
  private lookOnce(): void {
    this.timer = undefined;
    if (this.isSeen) return;
    this.timer = this.options.clock.setTimeout(() => {
      this.timer = undefined;
      if (!this.isSeen) this.options.dead('heartbeat_timeout');
    }, ANSWER_MS / 2);
  }
}
