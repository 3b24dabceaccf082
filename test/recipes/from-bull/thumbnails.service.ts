import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { NoexError, ProcessGroupsService, RemoteCallService, type ProcessRef } from '@noex/nestjs';
import { randomUUID } from 'node:crypto';
import type { ThumbnailJob } from './thumbnail.job.js';
import { THUMBNAIL_QUEUES, type ThumbnailQueue } from './thumbnail.queue.js';

/** A queue that failed so has not taken the job: it, or its node, leaves, is lost, or has too much to do. */
const ELSEWHERE = new Set(['draining', 'node_unreachable', 'noproc', 'overloaded']);

/** What producers inject where they had `@InjectQueue('thumbnails')`. */
@Injectable()
export class Thumbnails {
  constructor(
    private readonly groups: ProcessGroupsService,
    private readonly remote: RemoteCallService,
  ) {}

  /** Resolves with the id of the job once a queue has it. */
  async add(image: string, options: { delayMs?: number; attempts?: number } = {}): Promise<string> {
    const id = randomUUID();
    for (const queue of this.queues()) {
      try {
        return await this.remote.call(queue, 'add', { id, image, ...options });
      } catch (error) {
        // A queue that may have the job, or would never take it, is no reason to ask another.
        if (!(error instanceof NoexError && ELSEWHERE.has(error.code))) throw error;
      }
    }
    throw new ServiceUnavailableException('no queue takes jobs');
  }

  /** Asks every queue: a job may have moved. Undefined for one that is unknown, forgotten, or lost with its node. */
  async find(id: string): Promise<ThumbnailJob | undefined> {
    const asked = this.queues().map((queue) => this.remote.call(queue, 'job', id));
    for (const answer of await Promise.allSettled(asked)) {
      if (answer.status === 'fulfilled' && answer.value) return answer.value;
    }
    return undefined;
  }

  /** Those of all nodes, each time from another one on. */
  private queues(): ProcessRef<ThumbnailQueue>[] {
    const queues = this.groups.members<ThumbnailQueue>(THUMBNAIL_QUEUES);
    const first = Math.floor(Math.random() * queues.length);
    return [...queues.slice(first), ...queues.slice(0, first)];
  }
}
