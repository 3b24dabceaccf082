import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Cluster } from '@noex/cluster';
import { watchUnhandledRejections } from '@noex/runtime';
import type { ResolvedNoexOptions } from './options/resolved-options.js';
import { RootSupervisor } from './supervision/root-supervisor.js';
import { NOEX_OPTIONS } from './tokens.js';

/** Share of the drain budget for finishing calls; the rest is for stopping processes and closing. */
const DRAIN_SHARE = 0.7;

/** Share of what is then left for stopping the supervised processes; the rest is for the others and closing. */
const TREE_SHARE = 0.8;

/**
 * Ties the node's life to the app's. It starts when every provider is ready; at a shutdown it first refuses new work and
 * finishes what runs, and stops processes only after HTTP has closed, because draining requests may still call them.
 */
@Injectable()
export class NoexOrchestrator
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private deadlineMs = 0;
  private forgetRejections: (() => void) | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.forgetRejections = watchUnhandledRejections(this.cluster.node);
    // First, so that a tree that cannot start is found before a peer sees the node.
    this.root.prepare();
    await this.cluster.start();
    try {
      await this.root.start();
    } catch (error) {
      await this.cluster.stop(0);
      throw error;
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { drainMs } = this.options.shutdown;
    this.deadlineMs = performance.now() + drainMs;
    await this.cluster.drain(drainMs * DRAIN_SHARE);
  }

  async onApplicationShutdown(): Promise<void> {
    this.forgetRejections?.();
    // The start failed: it has been stopped already.
    if (this.cluster.status === 'stopped') return;
    await this.cluster.stop(this.remainingMs, (budgetMs) => this.root.stop(budgetMs * TREE_SHARE));
  }

  private get remainingMs(): number {
    return Math.max(0, this.deadlineMs - performance.now());
  }
}
