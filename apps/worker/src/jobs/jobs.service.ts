import {
  BadRequestException,
  ConflictException,
  Injectable,
  NotFoundException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { NoexError, ProcessRef, RemoteCallService, RemoteSpawnService } from '@noex/nestjs';
import { cutChunks } from '../text/chunker.js';
import { JobBehavior } from './job.behavior.js';
import type { JobProgress, JobResult } from './job-messages.js';

/** The cluster has to count this much before it takes more; the upload waits as long. */
const CHUNK_TIMEOUT_MS = 5 * 60 * 1000;

/** Codes that say: that job is not (or no longer) to be had. */
const GONE: ReadonlySet<string> = new Set([
  'noproc',
  'process_exited',
  'node_unreachable',
  'node_down',
  'invalid_message',
]);

@Injectable()
export class JobsService {
  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly remote: RemoteCallService,
  ) {}

  /** Streams a text through a new job; resolves when all of it is received, which is before all of it is counted. */
  async create(text: AsyncIterable<Uint8Array>): Promise<{ id: string; bytes: number }> {
    const job = await this.spawner.spawn(JobBehavior, { on: 'local' });
    let bytes = 0;
    try {
      for await (const chunk of cutChunks(text)) {
        bytes += chunk.bytes.length;
        await this.remote.call(job, 'add', chunk, { timeoutMs: CHUNK_TIMEOUT_MS });
      }
    } catch (error) {
      // Half a text has no true result, and nobody knows the job's id yet.
      this.spawner.stop(job);
      throw new UnprocessableEntityException(
        `the upload ended after ${bytes} bytes: ${(error as Error).message}`,
      );
    }
    if (bytes === 0) {
      this.spawner.stop(job);
      throw new BadRequestException('the body is empty: send the text to analyze');
    }
    await this.remote.call(job, 'complete');
    return { id: job.toString(), bytes };
  }

  async progress(id: string): Promise<JobProgress> {
    const job = this.find(id);
    return this.ask(id, () => this.remote.call(job, 'progress'));
  }

  async result(id: string): Promise<JobResult> {
    const job = this.find(id);
    const result = await this.ask(id, () => this.remote.call(job, 'result'));
    if (result) return result;
    const { status, error } = await this.progress(id);
    throw new ConflictException(
      status === 'failed'
        ? `job ${id} failed: ${error}`
        : `job ${id} is ${status}: ask again when it is done`,
    );
  }

  private find(id: string): ProcessRef<JobBehavior> {
    const ref = ProcessRef.parse<JobBehavior>(id);
    if (!ref) throw new NotFoundException(`there is no job ${id}`);
    return ref;
  }

  private async ask<T>(id: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof NoexError && GONE.has(error.code)) {
        throw new NotFoundException(`there is no job ${id}, or its node is gone`);
      }
      throw error;
    }
  }
}
