import {
  ClusterService,
  describeExit,
  HandleCall,
  HandleCast,
  HandleInfo,
  NoexBehavior,
  RemoteSpawnService,
  type DeferredReply,
  type ExitReason,
  type ProcessContext,
} from '@noex/nestjs';
import type { Chunk } from '../text/chunker.js';
import { Tally } from '../text/tally.js';
import { ChunkAnalyzerBehavior } from './chunk-analyzer.behavior.js';
import type { ChunkAnalyzed, JobProgress, JobResult, JobStatus } from './job-messages.js';
import { NodeShares } from './node-shares.js';

/** Chunks at work at once, per node: one being counted, one on its way. */
const IN_FLIGHT_PER_NODE = 2;
/** A chunk that brings down this many analyzers is not tried again. */
const MAX_ATTEMPTS = 5;
/** How long a finished job keeps its result, in milliseconds. */
const RESULT_TTL_MS = 60 * 60 * 1000;

interface ChunkAtWork {
  readonly chunk: Chunk;
  attempts: number;
}

interface AnalyzerEnded {
  readonly index: number;
  readonly why: string;
}

/**
 * One job: takes chunks as fast as the cluster counts them, has each counted by an analyzer process somewhere, and counts
 * each exactly once. A chunk stays here until its result is in, so whatever happens to an analyzer or its node, the chunk
 * can be given to another.
 */
@NoexBehavior('job', { remote: false })
export class JobBehavior {
  private status: JobStatus = 'receiving';
  private error: string | undefined;
  private readonly tally = new Tally();
  private readonly shares = new NodeShares();
  private readonly atWork = new Map<number, ChunkAtWork>();
  private waitingUploader: DeferredReply | undefined;
  private chunksReceived = 0;
  private bytesReceived = 0;
  private reruns = 0;

  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly cluster: ClusterService,
  ) {}

  /** Takes a chunk; answers when there is room for the next one. That is the uploader's backpressure. */
  @HandleCall()
  add(chunk: Chunk, ctx: ProcessContext): void {
    if (this.status !== 'receiving')
      throw new Error(this.error ?? `the job takes no more text: it is ${this.status}`);
    this.chunksReceived++;
    this.bytesReceived += chunk.bytes.length;
    this.atWork.set(chunk.index, { chunk, attempts: 0 });
    this.start(chunk.index, ctx);
    if (!this.hasRoom()) this.waitingUploader = ctx.deferReply();
  }

  @HandleCall()
  complete(_: void, ctx: ProcessContext): void {
    if (this.status !== 'receiving') return;
    this.status = 'running';
    this.finishIfDone(ctx);
  }

  @HandleCall()
  progress(): JobProgress {
    const done = this.shares.total();
    return {
      status: this.status,
      chunks: {
        total: this.chunksReceived,
        done: done.chunks,
        inFlight: this.atWork.size,
        rerun: this.reruns,
      },
      bytes: { received: this.bytesReceived, done: done.bytes },
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }

  /** Undefined until the job is done. */
  @HandleCall()
  result(): JobResult | undefined {
    return this.status === 'done' ? { ...this.tally.summary(), nodes: this.shares.list() } : undefined;
  }

  @HandleCast()
  analyzed({ index, node, result }: ChunkAnalyzed, ctx: ProcessContext): void {
    if (!this.atWork.delete(index)) return;
    try {
      this.tally.add(index, result);
    } catch (error) {
      return this.fail((error as Error).message, ctx);
    }
    this.shares.add(node, result.bytes);
    this.letUploaderGoOn();
    this.finishIfDone(ctx);
  }

  /** An analyzer's report comes before its end, so an end without one means that the chunk was not counted. */
  @HandleInfo('ended')
  ended({ index, why }: AnalyzerEnded, ctx: ProcessContext): void {
    const work = this.atWork.get(index);
    if (!work) return;
    this.reruns++;
    work.attempts++;
    if (work.attempts >= MAX_ATTEMPTS) {
      return this.fail(`chunk ${index} failed ${work.attempts} times; the last time ${why}`, ctx);
    }
    // A little later each time: a node that just went may take a moment to be known as gone.
    ctx.sendAfter(50 * (work.attempts - 1), 'retry', index);
  }

  @HandleInfo('retry')
  retry(index: number, ctx: ProcessContext): void {
    this.start(index, ctx);
  }

  @HandleInfo('expire')
  expire(_: unknown, ctx: ProcessContext): void {
    ctx.stop();
  }

  private start(index: number, ctx: ProcessContext): void {
    const work = this.atWork.get(index);
    if (!work) return;
    const args = { job: ctx.self, chunk: work.chunk };
    const ended = (why: string) => ctx.send(ctx.self, 'ended', { index, why } satisfies AnalyzerEnded);
    const onDown = (reason: ExitReason) => ended(`its analyzer ended: ${describeExit(reason)}`);
    // Not awaited: the job goes on with its messages while the analyzer starts.
    this.spawner
      .spawn(ChunkAnalyzerBehavior, { args, onDown })
      .catch((error: Error) => ended(`its analyzer did not start: ${error.message}`));
  }

  private hasRoom(): boolean {
    return this.atWork.size < IN_FLIGHT_PER_NODE * this.cluster.getNodes().length;
  }

  private letUploaderGoOn(): void {
    if (!this.waitingUploader || !this.hasRoom()) return;
    this.waitingUploader.ok(undefined);
    this.waitingUploader = undefined;
  }

  private finishIfDone(ctx: ProcessContext): void {
    if (this.status !== 'running' || this.atWork.size > 0) return;
    this.status = 'done';
    ctx.sendAfter(RESULT_TTL_MS, 'expire');
  }

  private fail(reason: string, ctx: ProcessContext): void {
    if (this.status === 'done' || this.status === 'failed') return;
    this.status = 'failed';
    this.error = reason;
    this.atWork.clear();
    this.waitingUploader?.fail(new Error(reason));
    this.waitingUploader = undefined;
    ctx.sendAfter(RESULT_TTL_MS, 'expire');
  }
}
