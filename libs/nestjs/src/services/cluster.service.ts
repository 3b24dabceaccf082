import { Injectable } from '@nestjs/common';
import type { NodeDownReason, PeerIdentity } from '@noex/contracts';
import type { Observer } from '@noex/runtime';
import { Cluster, type ClusterNode, type ClusterStatus, type DrainLedger } from '@noex/cluster';
import { NodeHealth } from '../health/node-health.js';
import type { Readiness } from '../health/readiness.js';
import { Shutdown } from '../shutdown/shutdown.js';

/** Whether a node sees enough others, by its option `quorum`. */
export interface QuorumState {
  readonly has: boolean;
  /** Nodes this one sees, itself included. */
  readonly seen: number;
  readonly needed: number;
  /** Nodes lost without a goodbye that have not come back. */
  readonly lost: readonly string[];
}

/** The cluster as this node sees it. */
@Injectable()
export class ClusterService {
  constructor(
    private readonly cluster: Cluster,
    private readonly shutdown: Shutdown,
    private readonly health: NodeHealth,
  ) {}

  getStatus(): ClusterStatus {
    return this.cluster.status;
  }

  getLocalNodeId(): string {
    return this.cluster.self.id;
  }

  /** What peers dial to reach this node, `host:port`; empty before the start. */
  getLocalAddress(): string {
    return this.cluster.address;
  }

  /** How many other nodes are connected. */
  getConnectedNodeCount(): number {
    return this.cluster.members.size;
  }

  /** This node first, then the connected ones. */
  getNodes(): ClusterNode[] {
    return this.cluster.nodes();
  }

  /** Calls the listener once for each node that comes up; returns the function that ends this. */
  onNodeUp(listener: (node: PeerIdentity) => void): () => void {
    return this.cluster.members.nodeUp.add(listener);
  }

  /** Calls the listener once for each node that goes down; returns the function that ends this. */
  onNodeDown(listener: (nodeId: string, reason: NodeDownReason) => void): () => void {
    return this.cluster.members.nodeDown.add(listener);
  }

  onStatusChange(listener: (status: ClusterStatus) => void): () => void {
    return this.cluster.statusChange.add(listener);
  }

  /** Whether this node sees enough others to take new global names (option `quorum`), and which nodes it misses. */
  getQuorum(): QuorumState {
    const { has, seen, needed, lost } = this.cluster.quorum;
    return { has, seen, needed, lost };
  }

  /** Calls the listener when this node comes to see enough others, or too few; returns the function that ends this. */
  onQuorumChange(listener: (has: boolean) => void): () => void {
    return this.cluster.quorum.change.add(listener);
  }

  /** Says that a node that crashed will not come back: for a quorum of `majority` it no longer counts, on any node. */
  forgetNode(nodeId: string): void {
    this.cluster.quorum.forget(nodeId);
  }

  /**
   * Takes this node out of the cluster while the app goes on, as its shutdown does: see docs/operations/shutdown.md. Resolves with what
   * became of the work under way; `budgetMs` is by default the option `shutdown.drainMs`. A node leaves once: asked again, or after the
   * shutdown began, it gives the same ledger.
   */
  leave({ budgetMs }: { readonly budgetMs?: number } = {}): Promise<DrainLedger> {
    return this.shutdown.leave(budgetMs);
  }

  /** Looks at the processes of this node: what they do, who started whom; suspends and resumes them for debugging. */
  getObserver(): Observer {
    return this.cluster.node.observer;
  }

  /**
   * Whether this node takes new work, and what speaks against it: see docs/operations/probes.md. Never asks for a peer, since the first
   * node of a cluster has none, but for the option `quorum`.
   */
  getReadiness(): Readiness {
    return this.health.getReadiness();
  }

  /** Ready, if degraded. */
  isReady(): boolean {
    return this.getReadiness().state !== 'down';
  }

  /** Undefined while it is ready. */
  notReadyReason(): string | undefined {
    const { state, reasons } = this.health.readiness;
    return state === 'down' ? reasons.join('; ') : undefined;
  }
}
