import type { NodeDownReason, PeerIdentity } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';

/** What `on` of a server or client tells of. */
// A type, because Nest asks for one with an index signature.
export type NoexRpcEvents = {
  /** A node has come up. */
  nodeUp: (node: PeerIdentity) => void;
  /** A node has gone down. */
  nodeDown: (nodeId: string, reason: NodeDownReason) => void;
};

/** `connected`: its process runs on this node. */
export type NoexRpcStatus = 'connected' | 'disconnected';

/** Listeners on the nodes of a cluster that are taken off together. */
export class NodeEvents {
  private readonly listening: (() => void)[] = [];

  constructor(private readonly cluster: Pick<Cluster, 'members'>) {}

  /** Throws TypeError for an event there is not. */
  on<Event extends keyof NoexRpcEvents>(event: Event, callback: NoexRpcEvents[Event]): void {
    const { nodeUp, nodeDown } = this.cluster.members;
    if (event === 'nodeUp') this.listening.push(nodeUp.add(callback as NoexRpcEvents['nodeUp']));
    else if (event === 'nodeDown') this.listening.push(nodeDown.add(callback as NoexRpcEvents['nodeDown']));
    else throw new TypeError(`there is no event "${String(event)}", only "nodeUp" and "nodeDown"`);
  }

  clear(): void {
    for (const forget of this.listening.splice(0)) forget();
  }
}
