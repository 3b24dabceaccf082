import { Inject, Injectable } from '@nestjs/common';
import { systemClock } from '@noex/contracts';
import { Cluster, machineLoopDelay, noLoopDelay, type ClusterStatus } from '@noex/cluster';
import type { Canary } from '../canary/canary.js';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { RootSupervisor } from '../supervision/root-supervisor.js';
import { NOEX_CANARY, NOEX_OPTIONS } from '../tokens.js';
import type { HealthSource } from './health-source.js';
import { joinPending } from './join.js';
import { LoadWatch } from './load-watch.js';
import { readinessOf, type Readiness } from './readiness.js';

const NO_FAILURES: ReadonlyMap<string, string> = new Map();

/** START HERE. The health of this node: one place that knows what makes it ready, for probes, metrics and `ClusterService`. */
@Injectable()
export class NodeHealth implements HealthSource {
  private readonly load: LoadWatch | undefined;
  private runningSince = 0;
  private isComplete = false;
  private hasJoined = false;
  private wasStarted = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
    private readonly shutdown: Shutdown,
    @Inject(NOEX_CANARY) private readonly canary: Canary | undefined,
    @Inject(NOEX_OPTIONS) private readonly options: ResolvedNoexOptions,
  ) {
    const { clock, logger } = cluster.node;
    if (options.health) {
      this.load = new LoadWatch({
        clock,
        logger,
        // For a node whose time is a test's the machine's delays mean nothing.
        loop: clock === systemClock ? machineLoopDelay() : noLoopDelay,
        bounds: options.health,
        queued: () => cluster.node.queuedMessages,
      });
    }
    cluster.statusChange.add((status) => this.statusChanged(status));
  }

  private statusChanged(status: ClusterStatus): void {
    if (status === 'running') {
      this.runningSince = this.cluster.node.clock.now();
      this.load?.start();
    } else {
      this.load?.stop();
      // Where nobody asked before.
      this.wasStarted ||= this.isComplete;
    }
  }

  /** All that the app supervises has started. Resolves when the first canary is back too. */
  async started(): Promise<void> {
    this.isComplete = true;
    // Whoever comes after this is no reason for a node without seeds to wait.
    this.pendingStart();
    await this.canary?.firstRound();
  }

  getStatus(): ClusterStatus {
    return this.cluster.status;
  }

  getLocalNodeId(): string {
    return this.cluster.self.id;
  }

  getConnectedNodeCount(): number {
    return this.cluster.members.size;
  }

  getLoopLagMs(): number {
    return this.load?.loopLagMs ?? 0;
  }

  getFailingCanaries(): ReadonlyMap<string, string> {
    return this.canary?.failingNodes ?? NO_FAILURES;
  }

  getReadiness(): Readiness {
    this.shutdown.readinessAsked();
    return this.readiness;
  }

  /** The same for those who do not route work by it. */
  get readiness(): Readiness {
    const { canary, load } = this;
    const findings = [...(canary?.finding ? [canary.finding] : []), ...(load?.findings ?? [])];
    return readinessOf(this.unfitReason(), findings);
  }

  startupPending(): string | undefined {
    return this.wasStarted ? undefined : this.pendingStart();
  }

  private unfitReason(): string | undefined {
    if (this.cluster.draining) return 'the node is leaving the cluster';
    return this.pendingStart() ?? this.cluster.quorum.missingReason ?? this.root.notReadyReason;
  }

  private pendingStart(): string | undefined {
    const { status, shutOut } = this.cluster;
    if (status !== 'running') return `the cluster is ${status}`;
    if (shutOut !== undefined) return `the cluster refuses this node: ${shutOut}`;
    if (!this.isComplete) return 'what the app supervises is starting';
    const joining = this.joinPending();
    this.wasStarted ||= joining === undefined;
    return joining;
  }

  /** Once it has joined, peers that come later are no reason to turn work away. */
  private joinPending(): string | undefined {
    if (this.hasJoined) return undefined;
    const { cluster, options } = this;
    const pending = joinPending({
      hasSeeds: options.seeds.length > 0,
      peers: cluster.members.size,
      unsynced: cluster.names.unsynced,
      runningMs: cluster.node.clock.now() - this.runningSince,
    });
    this.hasJoined = pending === undefined;
    return pending;
  }
}
