import type { ExitReason, ProcessRef } from '@noex/contracts';

/** A watch on one process. `down` is called exactly once unless the monitor is cancelled first. */
export interface Monitor {
  readonly target: ProcessRef;
  /** No `down` comes any more. Harmless when it came already. */
  cancel(): void;
}

export type DownListener = (reason: ExitReason) => void;

/** A monitor of a process that lives here. */
export class LocalMonitor implements Monitor {
  private done = false;

  constructor(
    readonly target: ProcessRef,
    private readonly down: DownListener,
    private watchers: Set<LocalMonitor> | null,
  ) {
    watchers?.add(this);
  }

  fire(reason: ExitReason): void {
    if (this.done) return;
    this.cancel();
    this.down(reason);
  }

  cancel(): void {
    this.done = true;
    this.watchers?.delete(this);
    this.watchers = null;
  }
}
