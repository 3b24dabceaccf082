import { Inject, Injectable } from '@nestjs/common';
import { Cluster, planDrain, type DrainLedger } from '@noex/cluster';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import { RootSupervisor } from '../supervision/root-supervisor.js';
import { NOEX_OPTIONS } from '../tokens.js';
import { DrainHooks } from './drain-hooks.js';
import { ReadinessProbes } from './readiness-probes.js';

/** How long readiness is false while work is still taken, in milliseconds, where somebody probes it and no option says otherwise. */
const PROBED_NOTICE_MS = 5_000;

/**
 * START HERE. The one shutdown of a node, however it comes about: by Nest's hooks, by `ClusterService.leave()`, or in a hurry. Its phases
 * and their limits: `planDrain` and `planStop` of `@noex/cluster`.
 */
@Injectable()
export class Shutdown {
  /** Told of each question about readiness. */
  private readonly probes = new ReadinessProbes();
  private deadlineMs = 0;
  private drained: Promise<void> | undefined;
  private left: Promise<DrainLedger> | undefined;
  private watchdog: unknown;

  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
    private readonly hooks: DrainHooks,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {}

  /** Somebody asked whether the node is ready. */
  readinessAsked(): void {
    this.probes.asked(this.now);
  }

  /**
   * First half: announces, waits for it to be noticed, refuses new work, finishes what is under way. `budgetMs` is for both halves; what
   * drains between them, such as HTTP, may take its share of it, and the second half begins without it after that.
   */
  drain(budgetMs: number = this.options.shutdown.drainMs): Promise<void> {
    this.drained ??= this.begin(budgetMs);
    return this.drained;
  }

  /** Second half: stops the supervised processes in reverse order, then the others, says goodbye, closes. */
  stop(): Promise<DrainLedger> {
    this.left ??= this.end();
    return this.left;
  }

  /** Both halves. */
  async leave(budgetMs?: number): Promise<DrainLedger> {
    await this.drain(budgetMs);
    return this.stop();
  }

  /** Ends whatever the shutdown still waits for: processes are killed, goodbye is said. */
  hurry(): Promise<DrainLedger> {
    this.deadlineMs = this.now;
    this.cluster.hurry();
    return this.stop();
  }

  private async begin(budgetMs: number): Promise<void> {
    const { cluster } = this;
    const begun = this.now;
    this.deadlineMs = begun + budgetMs;
    const probed = this.probes.isProbed(begun) ? PROBED_NOTICE_MS : 0;
    const plan = planDrain(budgetMs, this.options.shutdown.noticeMs ?? probed);
    const before = this.hooks.run();
    await cluster.drain(plan.finishMs, { noticeMs: plan.noticeMs, ...(before && { before }) });
    if (this.left) return;
    this.watchdog = cluster.node.clock.setTimeout(() => this.stopOverdue(), begun + plan.stopMs - this.now);
  }

  private stopOverdue(): void {
    const message =
      'the app has not closed in its share of the shutdown budget; the node leaves without waiting for it';
    this.cluster.node.logger.warn(message, { event: 'leave_overdue' });
    void this.stop();
  }

  private end(): Promise<DrainLedger> {
    this.cluster.node.clock.clearTimeout(this.watchdog);
    const leftMs = Math.max(0, this.deadlineMs - this.now);
    return this.cluster.stop(leftMs, (budgetMs) => this.root.stop(budgetMs));
  }

  private get now(): number {
    return this.cluster.node.clock.now();
  }
}
