import { ProcessNotFoundError, type ProcessRef } from '@noex/contracts';
import { takeCensus, type Census } from './census.js';
import type { ProcessStatus } from './process-status.js';
import type { Process } from './process.js';

/** What can be seen of a process from outside. */
export interface ProcessInfo {
  readonly ref: ProcessRef;
  readonly behavior: string;
  /** `starting` in init, `busy` while a handler's promise is pending, `stopping` in terminate. */
  readonly status: ProcessStatus;
  readonly suspended: boolean;
  /** The state of a state machine; undefined for other behaviors. */
  readonly stateName: string | undefined;
  /** Messages waiting now, and the most that ever waited. */
  readonly mailboxDepth: number;
  readonly mailboxHighWater: number;
  /** Messages it has begun to handle. */
  readonly handled: number;
  /** Time its handlers took on this thread, in milliseconds; waiting for promises is not in it. */
  readonly busyMs: number;
  readonly names: readonly string[];
  readonly links: readonly ProcessRef[];
  /** Whom it monitors. */
  readonly monitors: readonly ProcessRef[];
  /** How many monitors watch it. */
  readonly monitoredBy: number;
  /** The process of this node that started it, if there is one and it lives. */
  readonly parent: ProcessRef | undefined;
}

/** A process with those it started. */
export interface ProcessTree extends ProcessInfo {
  readonly children: readonly ProcessTree[];
}

/** Looks at the processes of a node, for dashboards and debugging (OTP's `observer` and `sys`). */
export class Observer {
  constructor(private readonly processes: ReadonlyMap<number, Process>) {}

  /** Every process, oldest first; one at a time, so that a million need no list of a million. */
  *list(): Generator<ProcessInfo> {
    for (const process of this.processes.values()) yield this.describe(process);
  }

  /** All of them in numbers. Walks every process: for scrapes. */
  census(): Census {
    return takeCensus(this.processes.values());
  }

  /** Undefined for a process that is not there. */
  info(ref: ProcessRef): ProcessInfo | undefined {
    const process = this.find(ref);
    return process && this.describe(process);
  }

  /** Who started whom. A process whose starter is gone stands at the top. */
  tree(): ProcessTree[] {
    const roots: ProcessTree[] = [];
    const children = new Map<number, ProcessTree[]>();
    for (const process of this.processes.values()) {
      const own: ProcessTree[] = [];
      children.set(process.id, own);
      // A parent has a smaller number than its children, so it is in the map already.
      (children.get(process.parent) ?? roots).push({ ...this.describe(process), children: own });
    }
    return roots;
  }

  /** The process takes no more messages until `resume`; they queue. Throws ProcessNotFoundError, as do the next two. */
  suspend(ref: ProcessRef): void {
    this.need(ref).suspend();
  }

  resume(ref: ProcessRef): void {
    this.need(ref).resume();
  }

  /** The state itself, not a copy: look, do not touch. */
  getState(ref: ProcessRef): unknown {
    return this.need(ref).state;
  }

  private describe(process: Process): ProcessInfo {
    const { relations } = process;
    return {
      ref: process.ref,
      behavior: process.behaviorName,
      status: process.statusName,
      suspended: process.isSuspended,
      stateName: process.driver.stateName?.(process),
      mailboxDepth: process.mailboxDepth,
      mailboxHighWater: process.mailboxHighWater,
      handled: process.turn,
      busyMs: process.busyMs,
      names: [...(relations?.names ?? [])],
      links: [
        ...[...(relations?.links ?? [])].map((other) => other.ref),
        ...[...(relations?.remoteLinks ?? [])].map((link) => link.other),
      ],
      monitors: [...(relations?.monitors?.values() ?? [])].map((monitor) => monitor.target),
      monitoredBy: relations?.watchers?.size ?? 0,
      parent: this.processes.get(process.parent)?.ref,
    };
  }

  private find(ref: ProcessRef): Process | undefined {
    const process = this.processes.get(ref.id);
    return process?.ref.equals(ref) ? process : undefined;
  }

  private need(ref: ProcessRef): Process {
    const process = this.find(ref);
    if (process) return process;
    throw new ProcessNotFoundError(`there is no process ${ref.toString()} here`, { process: ref.toString() });
  }
}
