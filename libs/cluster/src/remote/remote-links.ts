import { ProcessRef, type ExitReason } from '@noex/contracts';
import { addRemoteLink, removeRemoteLink, type LinkedProcess, type RemoteLinkEnd } from '@noex/runtime';
import { briefExitReason, decodeExitReason, encodeExitReason } from '../wire/exit-reason.codec.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { FrameReader } from '../wire/frame-reader.js';
import { isProcessNumber } from '../wire/frame-writer.js';
import type { PeerLink } from './peer-link.js';

/** Where the processes of this node are found. */
export interface LinkTargets {
  linkTarget(id: number): LinkedProcess | undefined;
}

/**
 * The links of this node's processes with those of one peer. Each end keeps its half and changes it by itself, so the two may cross
 * on the wire. That needs one rule beside the order of messages: who gave a link up heeds nothing of it until the peer has
 * confirmed that (the link protocol of Erlang's distribution protocol: LINK, UNLINK_ID, UNLINK_ID_ACK).
 */
export class RemoteLinks {
  private readonly links = new Map<string, RemoteLink>();
  private lastUnlink = 0;

  constructor(
    private readonly peer: PeerLink,
    private readonly targets: LinkTargets,
  ) {}

  /** Links, and those given up that the peer has not confirmed. */
  get size(): number {
    return this.links.size;
  }

  link(process: LinkedProcess, other: ProcessRef): void {
    if (!isProcessNumber(other.id)) return process.exitSignal(other, 'noproc');
    if (!process.alive) return this.linkDead(process.ref.id, other.id);
    const link = this.links.get(key(process.ref.id, other.id)) ?? new RemoteLink(this, process, other);
    if (link.holds) return;
    this.hold(link);
    this.tell(FrameKind.Link, link);
  }

  /** Its handler outlived it: to the other it is the one that is not there. */
  private linkDead(process: number, other: number): void {
    this.peer.control((writer) => writer.link(FrameKind.Link, process, other));
    this.sendExit(process, other, 'noproc');
  }

  unlink(link: RemoteLink): void {
    this.lastUnlink = (this.lastUnlink + 1) >>> 0;
    this.release(link);
    link.unconfirmed = this.lastUnlink;
    this.tell(FrameKind.Unlink, link, link.unconfirmed);
  }

  /** Our process has ended. */
  ended(link: RemoteLink, reason: ExitReason): void {
    this.links.delete(link.key);
    this.sendExit(link.process.ref.id, link.other.id, reason);
  }

  /** The connection is gone, and every link with it. */
  lost(): void {
    for (const link of this.links.values()) this.fire(link, 'noconnection');
    this.links.clear();
  }

  /** What the peer says of a link between one of its processes and one of ours. */
  receive(kind: number, reader: FrameReader): void {
    const theirs = reader.u48();
    const ours = reader.u48();
    const link = this.links.get(key(ours, theirs));
    switch (kind) {
      case FrameKind.Link:
        // Where there is one it is the same, or the peer has yet to hear that it was given up.
        return link ? undefined : this.linked(ours, theirs);
      case FrameKind.Unlink: {
        const unlink = reader.u32();
        if (link?.holds) this.forget(link);
        return this.peer.control((writer) => writer.link(FrameKind.Unlinked, ours, theirs, unlink));
      }
      case FrameKind.Unlinked:
        if (link?.unconfirmed === reader.u32()) this.links.delete(link.key);
        return;
      case FrameKind.LinkExit: {
        const reason = decodeExitReason(reader.payload());
        if (!link) return;
        this.links.delete(link.key);
        this.fire(link, reason);
      }
    }
  }

  private linked(ours: number, theirs: number): void {
    const process = this.targets.linkTarget(ours);
    if (!process) return this.sendExit(ours, theirs, 'noproc');
    const { id, incarnation } = this.peer.identity;
    this.hold(new RemoteLink(this, process, new ProcessRef(id, incarnation, theirs)));
  }

  private hold(link: RemoteLink): void {
    link.holds = true;
    link.unconfirmed = undefined;
    this.links.set(link.key, link);
    addRemoteLink(link.process, link);
  }

  private release(link: RemoteLink): void {
    link.holds = false;
    removeRemoteLink(link.process, link);
  }

  private forget(link: RemoteLink): void {
    this.links.delete(link.key);
    this.release(link);
  }

  private fire(link: RemoteLink, reason: ExitReason): void {
    if (!link.holds) return;
    this.release(link);
    link.process.exitSignal(link.other, reason);
  }

  private tell(kind: number, { process, other }: RemoteLink, unlink?: number): void {
    this.peer.control((writer) => writer.link(kind, process.ref.id, other.id, unlink));
  }

  /** Never throws: a reason that cannot be sent still has to end the link. */
  private sendExit(ours: number, theirs: number, reason: ExitReason): void {
    const wire = encodeExitReason(reason);
    try {
      this.peer.control((writer) => writer.linkExit(ours, theirs, wire));
    } catch {
      const brief = briefExitReason(reason);
      this.peer.control((writer) => writer.linkExitControl(ours, theirs, brief));
    }
  }
}

/** This node's half of a link. */
class RemoteLink implements RemoteLinkEnd {
  /** The two are linked, as far as this node knows. */
  holds = false;
  /** Number of the last unlink, until the peer has confirmed it. */
  unconfirmed: number | undefined;
  readonly key: string;

  constructor(
    private readonly links: RemoteLinks,
    readonly process: LinkedProcess,
    readonly other: ProcessRef,
  ) {
    this.key = key(process.ref.id, other.id);
  }

  unlink(): void {
    this.links.unlink(this);
  }

  ended(reason: ExitReason): void {
    this.links.ended(this, reason);
  }
}

function key(ours: number, theirs: number): string {
  return `${ours} ${theirs}`;
}
