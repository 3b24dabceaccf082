import { Inject, Injectable } from '@nestjs/common';
import { describeExit, SpawnFailedError, type ExitReason } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { startSupervisor, stopSupervisor, type Supervisor, type SupervisorSpec } from '@noex/runtime';
import { BehaviorExplorer } from '../behavior/behavior.explorer.js';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import { NOEX_OPTIONS } from '../tokens.js';
import { supervisionPlan } from './supervision-plan.js';

/** The supervisor of all that the app declared to run on this node. There is none where that is nothing. */
@Injectable()
export class RootSupervisor {
  private plan: SupervisorSpec | undefined;
  private started: Supervisor | undefined;
  private stopping = false;
  private endedWith: string | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly explorer: BehaviorExplorer,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {}

  get supervisor(): Supervisor | undefined {
    return this.started;
  }

  /** Why the app cannot do its work any more; undefined while it can. */
  get notReadyReason(): string | undefined {
    return this.endedWith === undefined ? undefined : `the root supervisor ended: ${this.endedWith}`;
  }

  /** Checks the tree against the behaviors that were found. Throws InvalidOptionsError. */
  prepare(): void {
    const { node } = this.cluster;
    this.plan = supervisionPlan(this.options.supervise, this.explorer.definitions, node.behaviorNames);
  }

  /** Starts the tree; resolves when all of it runs. Rejects with SpawnFailedError that names the child; then none runs. */
  async start(): Promise<void> {
    if (!this.plan) return;
    try {
      this.started = await startSupervisor(this.cluster.node, this.plan, {
        behavior: 'root-supervisor',
        onDown: (reason) => this.ended(reason),
      });
    } catch (error) {
      if (!(error instanceof SpawnFailedError)) throw error;
      // Its own error wraps the one that names the child.
      const { message, data } = error.cause instanceof SpawnFailedError ? error.cause : error;
      throw new SpawnFailedError(`noex cannot start what the app supervises: ${message}`, data, {
        cause: error,
      });
    }
  }

  /** Stops the tree, in reverse order of its start; whatever has not ended after `budgetMs` is left for the node to kill. */
  async stop(budgetMs: number): Promise<void> {
    this.stopping = true;
    if (this.started) await stopSupervisor(this.cluster.node, this.started, budgetMs);
  }

  private ended(reason: ExitReason): void {
    if (this.stopping || this.cluster.draining) return;
    this.endedWith =
      typeof reason === 'object' && 'shutdown' in reason ? String(reason.shutdown) : describeExit(reason);
    this.cluster.node.logger.error(
      `the root supervisor ended (${this.endedWith}): what it supervised is stopped and this node is not ready any more`,
      { event: 'root_supervisor_ended', reason },
    );
  }
}
