import type { ExitReason, Logger, ProcessRef } from '@noex/contracts';

/** A watch on one process. `down` is called exactly once unless the monitor is cancelled first. */
export interface Monitor {
  readonly target: ProcessRef;
  /** No `down` comes any more. Harmless when it came already. */
  cancel(): void;
}

/** Called once with why the process ended: its exit reason, `noproc` or `noconnection`. */
export type DownListener = (reason: ExitReason) => void;

/** A monitor of a process that lives here. */
export class LocalMonitor implements Monitor {
  private done = false;

  constructor(
    readonly target: ProcessRef,
    private readonly down: DownListener,
    private watchers: Set<LocalMonitor> | null,
    private readonly logger: Logger,
  ) {
    watchers?.add(this);
  }

  fire(reason: ExitReason): void {
    if (this.done) return;
    this.cancel();
    // The others that watch the process must hear of its end whatever this listener does.
    try {
      this.down(reason);
    } catch (error) {
      this.logger.error(`the listener of a monitor of process ${this.target.toString()} threw`, {
        event: 'monitor_listener_failed',
        process: this.target.toString(),
        error,
      });
    }
  }

  cancel(): void {
    this.done = true;
    this.watchers?.delete(this);
    this.watchers = null;
  }
}
