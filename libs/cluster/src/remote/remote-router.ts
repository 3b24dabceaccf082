import {
  NodeUnreachableError,
  NoexError,
  ProcessNotFoundError,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import {
  codeOf,
  type CallOptions,
  type DownListener,
  type Headers,
  type LinkedProcess,
  type LocalNode,
  type Messenger,
  type Monitor,
} from '@noex/runtime';
import type { Members } from '../membership/members.js';
import { encodeExitReason } from '../wire/exit-reason.codec.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { Peer } from './peer.js';
import { guardListener, RemoteMonitor } from './remote-monitor.js';

/** Codes of the errors that a cast answers with `false`: the network's way of life, not the sender's mistake. */
const LOSSES: ReadonlySet<string> = new Set(['node_unreachable', 'noproc', 'overloaded']);

/** Reaches processes of other nodes. */
export class RemoteRouter implements Messenger {
  private calls = 0;

  constructor(
    private readonly node: LocalNode,
    private readonly members: Members,
  ) {}

  /** Calls handed to a peer, since the start. */
  get callsSent(): number {
    return this.calls;
  }

  call(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<unknown> {
    let peer: Peer;
    try {
      peer = this.route(to);
    } catch (error) {
      this.node.counters.remoteCalls.count(codeOf(error));
      return Promise.reject(error);
    }
    this.calls++;
    return peer.call(to, method, payload, options, from);
  }

  cast(to: ProcessRef, method: string, payload: unknown, headers?: Headers, from?: ProcessRef): boolean {
    this.node.counters.remoteCasts++;
    return this.tell(FrameKind.Cast, to, method, payload, headers, from);
  }

  send(to: ProcessRef, name: string, payload: unknown, from?: ProcessRef): boolean {
    return this.tell(FrameKind.Info, to, name, payload, undefined, from);
  }

  /** As `Peer.castAsync`; rejects at once where the process cannot be reached. */
  async castAsync(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<void> {
    this.node.counters.remoteCasts++;
    await this.route(to).castAsync(to, method, payload, options, from);
  }

  /**
   * Resolves when everything sent to the node so far has been handed to the network. Rejects with NodeUnreachableError when it is
   * not connected or is lost before. Without a node: when that holds for every peer, but for those that are lost.
   */
  async drained(nodeId?: string): Promise<void> {
    if (nodeId === undefined) {
      await Promise.allSettled([...this.members.values()].map((peer) => peer.drained()));
      return;
    }
    if (nodeId !== this.node.id) await this.connected(nodeId).drained();
  }

  private tell(
    kind: typeof FrameKind.Cast | typeof FrameKind.Info,
    to: ProcessRef,
    name: string,
    payload: unknown,
    headers: Headers | undefined,
    from: ProcessRef | undefined,
  ): boolean {
    try {
      this.route(to).message(kind, to, name, payload, headers, from);
      return true;
    } catch (error) {
      if (!(error instanceof NoexError) || !LOSSES.has(error.code)) throw error;
      this.node.lose(error.code, name);
      return false;
    }
  }

  monitor(target: ProcessRef, listener: DownListener): Monitor {
    const down = guardListener(this.node.logger, target, listener);
    const peer = this.members.get(target.node);
    if (peer && peer.identity.incarnation === target.incarnation) {
      const id = this.node.nextNumber() >>> 0;
      const monitor = new RemoteMonitor(peer, peer.monitors, id, target, down);
      peer.control((writer) => writer.aboutProcess(FrameKind.Monitor, id, target.id));
      return monitor;
    }
    const reason = unreached(peer, target);
    let active = true;
    // Later, so that the caller holds its monitor before the news comes.
    queueMicrotask(() => {
      if (active) down(reason);
      active = false;
    });
    return { target, cancel: () => void (active = false) };
  }

  exit(target: ProcessRef, reason: ExitReason): void {
    const peer = this.members.get(target.node);
    if (peer?.identity.incarnation !== target.incarnation) return;
    const wire = encodeExitReason(reason);
    peer.control((writer) => writer.exit(target.id, wire));
  }

  link(process: LinkedProcess, other: ProcessRef): void {
    const peer = this.members.get(other.node);
    if (peer?.identity.incarnation === other.incarnation) return peer.links.link(process, other);
    process.exitSignal(other, unreached(peer, other));
  }

  private route(to: ProcessRef): Peer {
    const peer = this.connected(to.node);
    if (peer.identity.incarnation === to.incarnation) return peer;
    const process = to.toString();
    if (unreached(peer, to) === 'noproc')
      throw new ProcessNotFoundError(`process ${process} belongs to an earlier life of node "${to.node}"`, {
        process,
      });
    throw new NodeUnreachableError(
      `process ${process} belongs to a later life of node "${to.node}", which is not connected to node "${this.node.id}"`,
      { node: to.node, process },
    );
  }

  private connected(nodeId: string): Peer {
    const peer = this.members.get(nodeId);
    if (peer) return peer;
    throw new NodeUnreachableError(`node "${nodeId}" is not connected to node "${this.node.id}"`, {
      node: nodeId,
    });
  }
}

/**
 * What is known of a process whose life of a node is not the one that is connected: an earlier life is gone; a later one, which others
 * may have met already, is only not connected yet.
 */
function unreached(peer: Peer | undefined, { incarnation }: ProcessRef): 'noproc' | 'noconnection' {
  return peer && peer.identity.incarnation > incarnation ? 'noproc' : 'noconnection';
}
