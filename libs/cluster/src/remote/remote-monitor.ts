import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { DownListener, Monitor } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { Peer } from './peer.js';

/** A watch on a process of a peer. */
export class RemoteMonitor implements Monitor {
  constructor(
    private readonly peer: Peer,
    private readonly id: number,
    readonly target: ProcessRef,
    private readonly down: DownListener,
  ) {
    peer.monitors.set(id, this);
  }

  fire(reason: ExitReason): void {
    if (this.peer.monitors.delete(this.id)) this.down(reason);
  }

  cancel(): void {
    if (!this.peer.monitors.delete(this.id)) return;
    this.peer.control((writer) => writer.numbered(FrameKind.Demonitor, this.id));
  }
}
