import type { Arbiter } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import { ClusterGroups } from './groups/cluster-groups.js';
import type { Members } from './membership/members.js';
import { Quorum, type QuorumRule } from './membership/quorum.js';
import { GlobalNames } from './names/global-names.js';
import type { Peer } from './remote/peer.js';
import { FrameKind } from './wire/frame-kind.js';

/** What every node keeps of the whole cluster, and what peers tell each other to keep it true. */
export class SharedState {
  readonly quorum: Quorum;
  readonly names: GlobalNames;
  readonly groups: ClusterGroups;

  constructor(
    node: LocalNode,
    members: Members,
    /** Default: no condition. */
    rule: QuorumRule = false,
    arbiter?: Arbiter,
    random?: () => number,
  ) {
    this.quorum = new Quorum(rule, node.id, members, node.logger);
    this.names = new GlobalNames(node, members, this.quorum, arbiter, random);
    this.groups = new ClusterGroups(node, members);
  }

  /** False where the message is about none of this. Throws ProtocolError. */
  receive(peer: Peer, kind: number): boolean {
    const { reader } = peer;
    switch (kind) {
      case FrameKind.NameAdd:
      case FrameKind.NameRemove:
      case FrameKind.NameSynced:
      case FrameKind.NameRequest:
      case FrameKind.NameReply:
      case FrameKind.NameCancel:
        this.names.receive(peer, kind, reader);
        return true;
      case FrameKind.GroupJoin:
      case FrameKind.GroupLeave:
        this.groups.receive(peer, kind, reader);
        return true;
      case FrameKind.NodesLost:
      case FrameKind.NodesForgotten:
        this.quorum.receive(peer, kind, reader.payload());
        return true;
      default:
        return false;
    }
  }

  /** The node has left. */
  close(): Promise<void> {
    return this.names.close();
  }
}
