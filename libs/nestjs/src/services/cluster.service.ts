import { Injectable } from '@nestjs/common';
import type { NodeDownReason, PeerIdentity } from '@noex/contracts';
import type { Observer } from '@noex/runtime';
import { Cluster, type ClusterNode, type ClusterStatus } from '@noex/cluster';
import { RootSupervisor } from '../supervision/root-supervisor.js';

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
    private readonly root: RootSupervisor,
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

  /** Looks at the processes of this node: what they do, who started whom; suspends and resumes them for debugging. */
  getObserver(): Observer {
    return this.cluster.node.observer;
  }

  /** Running, with its root supervisor, and not on its way out. Never asks for a peer: the first node of a cluster has none. But
   * a node without one that others refuse for its configuration (secret, cluster name, its own name) is not ready, nor is one
   * that sees fewer nodes than the option `quorum` asks for.
   */
  isReady(): boolean {
    return this.notReadyReason() === undefined;
  }

  notReadyReason(): string | undefined {
    if (this.cluster.draining) return 'the node is leaving the cluster';
    const { status } = this.cluster;
    if (status !== 'running') return `the cluster is ${status}`;
    const { shutOut } = this.cluster;
    if (shutOut !== undefined) return `the cluster refuses this node: ${shutOut}`;
    return this.cluster.quorum.missingReason ?? this.root.notReadyReason;
  }
}
