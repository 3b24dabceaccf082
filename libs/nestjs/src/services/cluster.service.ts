import { Injectable } from '@nestjs/common';
import type { NodeDownReason, PeerIdentity } from '@noex/contracts';
import type { Observer } from '@noex/runtime';
import { Cluster, type ClusterNode, type ClusterStatus } from '@noex/cluster';
import { RootSupervisor } from '../supervision/root-supervisor.js';

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

  /** Looks at the processes of this node: what they do, who started whom; suspends and resumes them for debugging. */
  getObserver(): Observer {
    return this.cluster.node.observer;
  }

  /** Running, with its root supervisor, and not on its way out. Never asks for a peer: the first node of a cluster has none. But
   * a node without one that others refuse for its configuration (secret, cluster name, its own name) is not ready.
   */
  isReady(): boolean {
    return this.notReadyReason() === undefined;
  }

  notReadyReason(): string | undefined {
    if (this.cluster.draining) return 'the node is leaving the cluster';
    const { status } = this.cluster;
    if (status !== 'running') return `the cluster is ${status}`;
    const { shutOut } = this.cluster;
    return shutOut === undefined ? this.root.notReadyReason : `the cluster refuses this node: ${shutOut}`;
  }
}
