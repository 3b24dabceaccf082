import type { Clock, Logger, TimerHandle } from '@noex/contracts';
import type { LoopDelay } from '@noex/cluster';
import { boundFinding, samplesBeyond } from './load-bound.js';
import type { Finding } from './readiness.js';

/** How often the load is looked at, in milliseconds. */
export const SAMPLE_MS = 2_000;

export interface LoadBounds {
  /** How late the event loop may run, in milliseconds. */
  readonly maxLoopLagMs: number | false;
  /** Messages that may wait in all mailboxes of the node. */
  readonly maxQueuedMessages: number | false;
}

export interface LoadWatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly loop: LoopDelay;
  readonly bounds: LoadBounds;
  /** Messages in all mailboxes; walks every process. */
  queued(): number;
}

/** Watches how late the event loop runs and how much waits in the mailboxes. */
export class LoadWatch {
  private timer: TimerHandle;
  private lagMs = 0;
  private queued = 0;
  private lagging = 0;
  private crowded = 0;

  constructor(private readonly parts: LoadWatchParts) {}

  start(): void {
    this.parts.loop.start();
    this.schedule();
  }

  stop(): void {
    this.parts.loop.stop();
    this.parts.clock.clearTimeout(this.timer);
  }

  /** Longest delay of the event loop of late, in milliseconds; one that has just ended is in it. */
  get loopLagMs(): number {
    return Math.round(Math.max(this.lagMs, this.parts.loop.worstMs()));
  }

  get findings(): Finding[] {
    const { maxLoopLagMs, maxQueuedMessages } = this.parts.bounds;
    return [
      boundFinding(
        this.lagging,
        `the event loop runs up to ${Math.round(this.lagMs)} ms late, beyond ${maxLoopLagMs} (health.maxLoopLagMs)`,
      ),
      boundFinding(
        this.crowded,
        `${this.queued} messages wait in the mailboxes, beyond ${maxQueuedMessages} (health.maxQueuedMessages)`,
      ),
    ].filter((finding) => finding !== undefined);
  }

  private schedule(): void {
    this.timer = this.parts.clock.setTimeout(() => this.sample(), SAMPLE_MS);
  }

  private sample(): void {
    const { loop, bounds, logger } = this.parts;
    const wasOver = this.lagging + this.crowded > 0;
    this.lagMs = loop.worstMs();
    loop.reset();
    this.lagging = samplesBeyond(this.lagging, this.lagMs, bounds.maxLoopLagMs);
    // Walking a million processes takes time: not for a bound that nobody set.
    this.queued = bounds.maxQueuedMessages === false ? 0 : this.parts.queued();
    this.crowded = samplesBeyond(this.crowded, this.queued, bounds.maxQueuedMessages);
    const isOver = this.lagging + this.crowded > 0;
    const load = { loopLagMs: this.loopLagMs, queuedMessages: this.queued };
    if (isOver && !wasOver) {
      logger.warn(`the load is beyond its bounds: ${this.findings.map(({ reason }) => reason).join('; ')}`, {
        event: 'load_beyond_bounds',
        ...load,
      });
    } else if (wasOver && !isOver) {
      logger.info('the load is within its bounds again', { event: 'load_within_bounds', ...load });
    }
    this.schedule();
  }
}
