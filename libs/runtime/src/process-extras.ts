import type { ReplyTarget } from './message.js';
import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { LocalMonitor, Monitor } from './monitor.js';
import { WheelEntry, type TimerWheel } from './timer-wheel.js';

/** What most processes never have, kept apart so that an idle process stays small. */
export class ProcessExtras {
  trapExits = false;
  abort: AbortController | undefined;
  /** Monitors that watch this process. */
  watchers: Set<LocalMonitor> | undefined;
  /** Monitors this process holds on others, by their number. */
  monitors: Map<number, Monitor> | undefined;
  links: Set<LinkedProcess> | undefined;
  names: Set<string> | undefined;
  timers: Map<number, ProcessTimer> | undefined;
  /** Calls it promised to answer later. */
  deferred: Set<ReplyTarget> | undefined;
  /** What the mailbox holds aside goes back when the message at hand is done. */
  retryPostponed = false;
}

/** A process as the name registry sees it. */
export interface NameHolder {
  readonly ref: ProcessRef;
  readonly extras: ProcessExtras;
}

/** A process as those it is linked to see it. */
export interface LinkedProcess extends NameHolder {
  readonly alive: boolean;
  exitSignal(from: ProcessRef, reason: ExitReason): void;
}

/** A timer of a process; it dies with it. */
export class ProcessTimer extends WheelEntry {
  constructor(
    private readonly wheel: TimerWheel,
    delayMs: number,
    private readonly fire: () => void,
  ) {
    super();
    wheel.add(this, delayMs);
  }

  override expire(): void {
    this.fire();
  }

  cancel(): void {
    this.wheel.remove(this);
  }
}
