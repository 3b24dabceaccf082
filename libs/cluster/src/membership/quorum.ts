import { NoQuorumError, type Logger, type NodeDownReason } from '@noex/contracts';
import { Listeners } from '../listeners.js';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import { ProtocolError } from '../wire/frame-reader.js';
import type { Members } from './members.js';

/**
 * How many nodes, itself included, a node must see to take new global names and to start processes of one:
 *
 * - a number: that many. Give more than half of the nodes the cluster has at most: then no two sides of a partition can both
 *   have enough, whatever happens. The safe choice where the size is known.
 * - `majority`: more than half of the nodes it knows of: those it sees, and those it or its peers lost without a goodbye and
 *   that have not come back. A node that leaves in order no longer counts, so the cluster may shrink and grow. A node that
 *   starts anew and meets nobody knows only itself and so has a majority; a node that is gone for good without a goodbye counts
 *   until `forget`. Half of the nodes are not enough: with two nodes, each needs the other.
 * - `false`: no condition; each side of a partition goes on by itself, and conflicts are settled when they meet.
 *
 * What is running, and names that are held, stay in any case.
 */
export type QuorumRule = 'majority' | number | false;

/** Nodes that are enough, of `known` ones. */
export function quorumSize(rule: QuorumRule, known: number): number {
  if (rule === false) return 0;
  return rule === 'majority' ? Math.floor(known / 2) + 1 : rule;
}

/** Lost nodes that are remembered; more than a cluster of this kind has. */
const MAX_LOST = 10_000;
/** Longest name of a node. */
const MAX_ID_LENGTH = 253;

/** Whether this node sees enough of the others. */
export class Quorum {
  /** Emitted when this node comes to see enough others, or too few. */
  readonly change: Listeners<[has: boolean]>;
  private readonly lostNodes = new Set<string>();
  private had: boolean;

  constructor(
    readonly rule: QuorumRule,
    private readonly self: string,
    private readonly members: Members,
    private readonly logger: Logger,
  ) {
    this.change = new Listeners('quorum_change', logger);
    this.had = this.has;
    members.nodeUp.add(({ id }) => this.nodeUp(id));
    members.nodeDown.add((id, reason) => this.nodeDown(id, reason));
  }

  get has(): boolean {
    return this.seen >= this.needed;
  }

  /** Nodes it sees, itself included. */
  get seen(): number {
    return this.members.size + 1;
  }

  get needed(): number {
    return quorumSize(this.rule, this.seen + this.lostNodes.size);
  }

  /** Nodes lost without a goodbye that have not come back. */
  get lost(): string[] {
    return [...this.lostNodes];
  }

  /** For people, while there are too few. */
  get missingReason(): string | undefined {
    if (this.has) return undefined;
    const lost = this.lostNodes.size > 0 ? `; lost: ${[...this.lostNodes].slice(0, 10).join(', ')}` : '';
    return `no quorum: the node sees ${this.seen} of the ${this.needed} nodes it needs, itself included${lost}`;
  }

  /** Throws NoQuorumError. */
  require(what: string): void {
    const { missingReason } = this;
    if (missingReason === undefined) return;
    const { seen, needed } = this;
    throw new NoQuorumError(`${what} is refused: ${missingReason}`, { node: this.self, seen, needed });
  }

  /** A lost node will not come back, says its operator: here and on every peer it no longer counts. */
  forget(nodeId: string): void {
    this.forgotten([nodeId]);
    for (const peer of this.members.values()) {
      peer.control((writer) => writer.plain(FrameKind.NodesForgotten, [nodeId]));
    }
  }

  private nodeUp(id: string): void {
    this.lostNodes.delete(id);
    // A newcomer must not take one side of a partition for the whole.
    const peer = this.members.get(id);
    if (this.rule === 'majority' && this.lostNodes.size > 0) {
      peer?.control((writer) => writer.plain(FrameKind.NodesLost, this.lost));
    }
    this.look();
  }

  private nodeDown(id: string, reason: NodeDownReason): void {
    if (reason === 'graceful_shutdown') this.lostNodes.delete(id);
    else this.remember(id);
    this.look();
  }

  /** What a peer says of nodes that are lost. Throws ProtocolError. */
  receive(peer: Peer, kind: number, wire: unknown): void {
    if (!isNodeList(wire)) throw new ProtocolError('a list of nodes is not of its form');
    if (this.members.get(peer.identity.id) !== peer) return;
    if (kind === FrameKind.NodesForgotten) return this.forgotten(wire);
    for (const id of wire) if (id !== this.self && !this.members.get(id)) this.remember(id);
    this.look();
  }

  private remember(id: string): void {
    if (this.lostNodes.size < MAX_LOST) this.lostNodes.add(id);
  }

  private forgotten(ids: readonly string[]): void {
    for (const id of ids) this.lostNodes.delete(id);
    this.look();
  }

  private look(): void {
    const { has, seen, needed } = this;
    if (has === this.had) return;
    this.had = has;
    if (has) {
      this.logger.info(`this node sees ${seen} nodes and needs ${needed}: it takes new global names`, {
        event: 'quorum_regained',
        seen,
        needed,
      });
    } else {
      this.logger.warn(`${this.missingReason}; it takes no new global names`, {
        event: 'quorum_lost',
        seen,
        needed,
        lost: this.lost,
      });
    }
    this.change.emit(has);
  }
}

function isNodeList(wire: unknown): wire is string[] {
  return (
    Array.isArray(wire) &&
    wire.length <= MAX_LOST &&
    wire.every((id) => typeof id === 'string' && id.length > 0 && id.length <= MAX_ID_LENGTH)
  );
}
