import { ProcessRef, type PeerIdentity } from '@noex/contracts';
import { GroupTable, type GroupChange, type GroupListener, type LocalNode } from '@noex/runtime';
import { Listeners } from '../listeners.js';
import type { Members } from '../membership/members.js';
import { inMessages, isName, readPairs, requireName } from '../names/name-wire.js';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import { ProtocolError, type FrameReader } from '../wire/frame-reader.js';

/** One for each time the process joined. */
type Membership = readonly [group: string, process: number];

/**
 * START HERE. Named groups of processes of all nodes (OTP manual, kernel `pg`; https://www.erlang.org/doc/apps/kernel/pg.html).
 *
 * Each node says which of its own processes are members and tells its peers; it asks nobody. So nodes may disagree for as long as
 * news takes to arrive, and a process that is listed may have ended. Processes of a node that is not seen are not listed; once
 * it is seen again, they are.
 */
export class ClusterGroups {
  private readonly changed: Listeners<[change: GroupChange]>;
  private readonly ofPeers = new Map<string, GroupTable>();
  private readonly news: GroupChange[] = [];
  private telling = false;

  constructor(
    private readonly node: LocalNode,
    private readonly nodes: Members,
  ) {
    this.changed = new Listeners('group_change', node.logger);
    node.groups.onAnyChange((change) => this.changedHere(change));
    nodes.nodeUp.add((identity) => this.nodeUp(identity));
    nodes.nodeDown.add((id) => this.nodeDown(id));
  }

  /**
   * Makes a process of this node a member; one that joins several times must leave as often. False when no such process lives
   * here: a process of another node joins there. Throws InvalidMessageError for a name that is none.
   */
  join(group: string, ref: ProcessRef): boolean {
    requireName(group, 'the name of a group');
    return this.node.groups.join(group, ref);
  }

  /** Takes one membership of a process of this node back; false when it has none. */
  leave(group: string, ref: ProcessRef): boolean {
    return this.node.groups.leave(group, ref);
  }

  /** Of all nodes, this one's first; a process that joined several times is there as often. Empty for an unknown group. */
  members(group: string): ProcessRef[] {
    const members = this.localMembers(group);
    for (const table of this.ofPeers.values()) members.push(...table.members(group));
    return members;
  }

  localMembers(group: string): ProcessRef[] {
    return this.node.groups.members(group);
  }

  /** Groups that have a member on any node. */
  groups(): string[] {
    const groups = new Set(this.node.groups.groups());
    for (const table of this.ofPeers.values()) for (const group of table.groups()) groups.add(group);
    return [...groups];
  }

  /**
   * Calls the listener after each change of the group, on whatever node, in the order in which this node hears of them. Returns
   * the function that takes it off.
   */
  onChange(group: string, listener: GroupListener): () => void {
    return this.changed.add((change) => {
      if (change.group === group) listener(change);
    });
  }

  /** As `onChange`, for all groups. */
  onAnyChange(listener: GroupListener): () => void {
    return this.changed.add(listener);
  }

  /**
   * Casts to every process of the group, once however often it joined. How many casts were not lost at once; the others are
   * counted as lost casts are. Throws SerializationError or MessageTooLargeError.
   */
  broadcast(group: string, method: string, payload?: unknown): number {
    const members = new Map(this.members(group).map((ref) => [ref.toString(), ref]));
    let sent = 0;
    for (const ref of members.values()) if (this.node.messenger.cast(ref, method, payload)) sent++;
    return sent;
  }

  // --- this node's own ---

  private changedHere(change: GroupChange): void {
    // A group that was joined past `join`, on the node itself, may have any name: such a one stays here.
    if (isName(change.group)) {
      const kind = change.kind === 'joined' ? FrameKind.GroupJoin : FrameKind.GroupLeave;
      const memberships = change.refs.map(({ id }): Membership => [change.group, id]);
      for (const peer of this.nodes.values()) tell(peer, kind, memberships);
    }
    this.emit(change);
  }

  private nodeUp({ id }: PeerIdentity): void {
    const { groups } = this.node;
    const memberships = groups
      .groups()
      .filter(isName)
      .flatMap((group) => groups.members(group).map((ref): Membership => [group, ref.id]));
    const peer = this.nodes.get(id);
    if (peer) tell(peer, FrameKind.GroupJoin, memberships);
  }

  // --- those of peers ---

  /** Throws ProtocolError. */
  receive(peer: Peer, kind: number, reader: FrameReader): void {
    const { id, incarnation } = peer.identity;
    if (this.nodes.get(id) !== peer)
      throw new ProtocolError('groups of a node that has not announced itself');
    const table = this.ofPeers.get(id) ?? new GroupTable();
    this.ofPeers.set(id, table);
    for (const [group, process] of readPairs(reader.payload())) {
      const ref = new ProcessRef(id, incarnation, process);
      if (kind === FrameKind.GroupJoin) {
        table.add(group, ref);
        this.emit({ kind: 'joined', group, refs: [ref] });
      } else if (table.remove(group, ref)) {
        this.emit({ kind: 'left', group, refs: [ref] });
      }
    }
  }

  private nodeDown(id: string): void {
    const table = this.ofPeers.get(id);
    this.ofPeers.delete(id);
    for (const group of table?.groups() ?? [])
      this.emit({ kind: 'left', group, refs: table!.members(group) });
  }

  /** A listener may change groups itself: that news waits, so that all listeners hear all news in one order. */
  private emit(change: GroupChange): void {
    this.news.push(change);
    if (this.telling) return;
    this.telling = true;
    for (let next = this.news.shift(); next; next = this.news.shift()) this.changed.emit(next);
    this.telling = false;
  }
}

function tell(peer: Peer, kind: number, memberships: readonly Membership[]): void {
  for (const part of inMessages(memberships)) peer.control((writer) => writer.plain(kind, part));
}
