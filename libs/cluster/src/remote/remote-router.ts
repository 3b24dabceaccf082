import {
  NodeUnreachableError,
  NoexError,
  ProcessNotFoundError,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import type { CallOptions, DownListener, Headers, LocalNode, Messenger, Monitor } from '@noex/runtime';
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
      return Promise.reject(error);
    }
    this.calls++;
    return peer.call(to, method, payload, options, from);
  }

  cast(to: ProcessRef, method: string, payload: unknown, headers?: Headers, from?: ProcessRef): boolean {
    return this.tell(FrameKind.Cast, to, method, payload, headers, from);
  }

  send(to: ProcessRef, name: string, payload: unknown, from?: ProcessRef): boolean {
    return this.tell(FrameKind.Info, to, name, payload, undefined, from);
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
    let active = true;
    // Later, so that the caller holds its monitor before the news comes.
    queueMicrotask(() => {
      if (active) down(peer ? 'noproc' : 'noconnection');
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

  private route(to: ProcessRef): Peer {
    const peer = this.members.get(to.node);
    if (!peer) {
      throw new NodeUnreachableError(`node "${to.node}" is not connected to node "${this.node.id}"`, {
        node: to.node,
      });
    }
    if (peer.identity.incarnation !== to.incarnation) {
      throw new ProcessNotFoundError(
        `process ${to.toString()} belongs to another life of node "${to.node}"`,
        {
          process: to.toString(),
        },
      );
    }
    return peer;
  }
}
