import type { Clock, TimerHandle } from '@noex/contracts';

/** How often the server is asked for a sign of life, in ms: what it takes in all is less than the failure detector waits. */
export const PULSE_MS = 500;
/** Looks in a row without one after which it is given up: before the failure detector of the cluster takes the peers for dead. */
export const MISSES = 3;

export interface ServerPulseOptions {
  readonly clock: Clock;
  /** Asks; resolves with the answer, and rejects where the connection ends before. */
  ask(): Promise<void>;
  /** Grows with what comes from the server: messages are signs of life as well. */
  received(): number;
  /** The server is silent. */
  silent(): void;
}

/**
 * Notices a server that no longer answers, as after a loss of its power. The client's own pings would do so too; but they take a server
 * for dead as well when it is this node that hangs, and the work of a reconnect is the last thing that such a node needs.
 */
export class ServerPulse {
  private timer: TimerHandle | undefined;
  private lookedAt = 0;
  private misses = 0;
  private lastReceived = 0;
  private isAsked = false;

  constructor(private readonly options: ServerPulseOptions) {}

  start(): void {
    this.stop();
    this.misses = 0;
    this.isAsked = false;
    this.lookedAt = this.options.clock.now();
    this.schedule();
  }

  stop(): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    this.timer = this.options.clock.setTimeout(() => this.look(), PULSE_MS);
  }

  private look(): void {
    const { clock, received, silent } = this.options;
    const [now, count] = [clock.now(), received()];
    // A look that comes late says nothing of the server: what it sent meanwhile is still to be read.
    const isLate = now - this.lookedAt > 1.5 * PULSE_MS;
    this.lookedAt = now;
    if (count !== this.lastReceived || !this.isAsked) this.misses = 0;
    else if (!isLate) this.misses++;
    this.lastReceived = count;
    if (this.misses >= MISSES) return silent();
    if (!this.isAsked) this.ask();
    this.schedule();
  }

  private ask(): void {
    this.isAsked = true;
    const answered = () => void (this.isAsked = false);
    this.options.ask().then(answered, answered);
  }
}
