import type { ReplyTarget } from './message.js';
import { exitedError, type ExitReason, type ProcessRef } from '@noex/contracts';
import type { LocalMonitor, Monitor } from './monitor.js';
import type { ProcessLease } from './process-lease.js';
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
  /** Links to processes of other nodes. */
  remoteLinks: Set<RemoteLinkEnd> | undefined;
  names: Set<string> | undefined;
  /** Names of the cluster that are its own for a time. */
  leases: Set<ProcessLease> | undefined;
  timers: Map<number, ProcessTimer> | undefined;
  /** Ends the process when its `terminate` takes too long; not among its timers, which its own code may cancel. */
  terminateLimit: ProcessTimer | undefined;
  /** Calls it promised to answer later. */
  deferred: Set<ReplyTarget> | undefined;
  /** What the mailbox holds aside goes back when the message at hand is done. */
  retryPostponed = false;

  /** The process has ended: its timers, names and monitors go, and all who are tied to it hear of it, each once. */
  release(process: LinkedProcess & { readonly node: NameOwner }, who: string, reason: ExitReason): void {
    this.abort?.abort(reason);
    this.deferred?.forEach((reply) => reply.fail(exitedError(who, reason, true)));
    this.timers?.forEach((timer) => timer.cancel());
    this.terminateLimit?.cancel();
    this.monitors?.forEach((monitor) => monitor.cancel());
    this.names?.forEach((name) => process.node.releaseName(name, process));
    this.links?.forEach((other) => {
      other.extras.links?.delete(process);
      other.exitSignal(process.ref, reason);
    });
    this.remoteLinks?.forEach((link) => link.ended(reason));
    this.watchers?.forEach((monitor) => monitor.fire(reason));
  }
}

/** Where names are given back. */
interface NameOwner {
  releaseName(name: string, process: NameHolder): void;
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

/** This end of a link to a process of another node. */
export interface RemoteLinkEnd {
  readonly other: ProcessRef;
  /** The process at this end gives the link up: from now on nothing of it arrives. */
  unlink(): void;
  /** The process at this end has ended; the other one hears why. */
  ended(reason: ExitReason): void;
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
