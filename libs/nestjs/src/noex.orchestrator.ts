import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Cluster } from '@noex/cluster';
import type { ResolvedNoexOptions } from './options/resolved-options.js';
import { NOEX_OPTIONS } from './tokens.js';

/** Share of the drain budget for finishing calls; the rest is for stopping processes and closing. */
const DRAIN_SHARE = 0.7;

/**
 * Ties the node's life to the app's. It starts when every provider is ready; at a shutdown it first refuses new work and
 * finishes what runs, and stops processes only after HTTP has closed, because draining requests may still call them.
 */
@Injectable()
export class NoexOrchestrator
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private deadlineMs = 0;

  constructor(
    private readonly cluster: Cluster,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.cluster.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { drainMs } = this.options.shutdown;
    this.deadlineMs = performance.now() + drainMs;
    await this.cluster.drain(drainMs * DRAIN_SHARE);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.cluster.stop(Math.max(0, this.deadlineMs - performance.now()));
  }
}
