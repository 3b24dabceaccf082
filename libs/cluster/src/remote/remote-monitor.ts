import type { ExitReason, Logger, ProcessRef } from '@noex/contracts';
import type { DownListener, Monitor } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';

/** A watch on a process of a peer. */
export class RemoteMonitor implements Monitor {
  constructor(
    private readonly peer: PeerLink,
    private readonly table: Map<number, RemoteMonitor>,
    private readonly id: number,
    readonly target: ProcessRef,
    private readonly down: DownListener,
  ) {
    table.set(id, this);
  }

  fire(reason: ExitReason): void {
    if (this.table.delete(this.id)) this.down(reason);
  }

  cancel(): void {
    if (!this.table.delete(this.id)) return;
    this.peer.control((writer) => writer.numbered(FrameKind.Demonitor, this.id));
  }
}

/** A listener that throws is logged: neither its peer nor the other monitors shall suffer for it. */
export function guardListener(logger: Logger, target: ProcessRef, listener: DownListener): DownListener {
  return (reason) => {
    try {
      listener(reason);
    } catch (error) {
      logger.error(`the listener of a monitor of process ${target.toString()} threw`, {
        event: 'monitor_listener_failed',
        process: target.toString(),
        error,
      });
    }
  };
}
