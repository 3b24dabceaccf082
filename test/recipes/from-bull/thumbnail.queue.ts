import {
  describeExit,
  HandleCall,
  HandleCast,
  HandleDown,
  HandleInfo,
  NoexBehavior,
  ProcessGroupsService,
  type DrainResult,
  type OnDrain,
  type ProcessContext,
  type ProcessDown,
  type ProcessRef,
} from '@noex/nestjs';
import { AddThumbnail, type ThumbnailJob } from './thumbnail.job.js';

export const THUMBNAIL_QUEUES = 'thumbnail-queues';

const CONCURRENCY = 2;
const BACKOFF_MS = 1000;
/** How long a job can be asked for after its end: Bull's removeOnComplete. */
const KEPT_MS = 3_600_000;

/** The queue of one node: it has the jobs, and at most so many workers at a time. */
@NoexBehavior('thumbnail-queue', { autoStart: true })
export class ThumbnailQueue implements OnDrain {
  private readonly jobs = new Map<string, ThumbnailJob>();
  private readonly waiting: ThumbnailJob[] = [];
  /** Active jobs by the monitor of their worker. */
  private readonly active = new Map<number, ThumbnailJob>();

  constructor(private readonly groups: ProcessGroupsService) {}

  init(_: void, ctx: ProcessContext): void {
    this.groups.join(THUMBNAIL_QUEUES, ctx.self);
  }

  @HandleCall() add({ id, image, delayMs = 0, attempts = 1 }: AddThumbnail, ctx: ProcessContext): string {
    if (this.jobs.has(id)) return id;
    const job: ThumbnailJob = {
      id,
      image,
      attempts,
      state: 'delayed',
      attemptsMade: 0,
      dueAt: 0,
      progress: 0,
    };
    this.jobs.set(id, job);
    this.delay(job, delayMs, ctx);
    return id;
  }

  @HandleCall() job(id: string): ThumbnailJob | undefined {
    return this.jobs.get(id);
  }

  @HandleInfo('due') async due(id: string, ctx: ProcessContext): Promise<void> {
    const job = this.jobs.get(id)!;
    job.state = 'waiting';
    this.waiting.push(job);
    await this.startWorkers(ctx);
  }

  @HandleCast() progress({ id, percent }: { id: string; percent: number }): void {
    this.jobs.get(id)!.progress = percent;
  }

  @HandleCast() completed({ id, result }: { id: string; result: string }, ctx: ProcessContext): void {
    const job = this.jobs.get(id)!;
    Object.assign(job, { state: 'completed', progress: 100, result });
    ctx.sendAfter(KEPT_MS, 'forget', id);
  }

  /** A worker is gone: it has completed its job, or failed at it. Its last messages came before this. */
  @HandleDown() async workerEnded({ monitor, reason }: ProcessDown, ctx: ProcessContext): Promise<void> {
    const job = this.active.get(monitor)!;
    this.active.delete(monitor);
    if (job.state === 'active') this.attemptFailed(job, describeExit(reason), ctx);
    await this.startWorkers(ctx);
  }

  @HandleInfo('forget') forget(id: string): void {
    this.jobs.delete(id);
  }

  /** The node leaves: what is not done goes to the queue of another node. An active job begins anew there. */
  async onDrain(ctx: ProcessContext): Promise<DrainResult> {
    const others = this.groups
      .members<ThumbnailQueue>(THUMBNAIL_QUEUES)
      .filter(({ node }) => node !== ctx.node);
    for (const { id, image, attempts, attemptsMade, dueAt, state } of this.jobs.values()) {
      if (state === 'completed' || state === 'failed') continue;
      const left = {
        delayMs: Math.max(0, dueAt - Date.now()),
        attempts: Math.max(1, attempts - attemptsMade),
      };
      if (!(await this.handOver({ id, image, ...left }, others, ctx))) return { handedOver: false };
    }
    return { handedOver: true };
  }

  /** To the next of the others that takes it. */
  private async handOver(
    job: AddThumbnail,
    others: ProcessRef<ThumbnailQueue>[],
    ctx: ProcessContext,
  ): Promise<boolean> {
    for (let left = others.length; left > 0; left--) {
      const other = others.shift()!;
      others.push(other);
      try {
        await ctx.call(other, 'add', job);
        return true;
      } catch {
        // Its node leaves as well, or is lost.
      }
    }
    return false;
  }

  private async startWorkers(ctx: ProcessContext): Promise<void> {
    while (this.active.size < CONCURRENCY && this.waiting.length > 0) {
      const job = this.waiting.shift()!;
      const worker = await ctx.spawnMonitor('thumbnail-worker');
      Object.assign(job, { state: 'active', attemptsMade: job.attemptsMade + 1, progress: 0 });
      this.active.set(worker.monitor, job);
      ctx.cast(worker.ref, 'run', { id: job.id, image: job.image });
    }
  }

  private attemptFailed(job: ThumbnailJob, failedReason: string, ctx: ProcessContext): void {
    job.failedReason = failedReason;
    if (job.attemptsMade < job.attempts) {
      return this.delay(job, BACKOFF_MS * 2 ** (job.attemptsMade - 1), ctx);
    }
    job.state = 'failed';
    ctx.sendAfter(KEPT_MS, 'forget', job.id);
  }

  private delay(job: ThumbnailJob, delayMs: number, ctx: ProcessContext): void {
    Object.assign(job, { state: 'delayed', dueAt: Date.now() + delayMs });
    ctx.sendAfter(delayMs, 'due', job.id);
  }
}
