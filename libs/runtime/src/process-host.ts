import type { Clock, ExitReason, Logger, ProcessRef } from '@noex/contracts';
import type { HandOver } from './hand-over.js';
import type { Message } from './message.js';
import type { Messenger } from './messenger.js';
import type { SpawnOptions } from './process-context.js';
import type { LinkedProcess, NameHolder } from './process-extras.js';
import type { Scheduler } from './scheduler.js';
import type { TimerWheel } from './timer-wheel.js';

/** What a process needs of the node it lives on. */
export interface ProcessHost {
  readonly id: string;
  readonly incarnation: number;
  /** Messages a mailbox holds. */
  readonly mailboxLimit: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  readonly scheduler: Scheduler;
  /** Reaches processes on any node. */
  readonly messenger: Messenger;
  /** Set once the node leaves. */
  readonly handOver: HandOver | undefined;
  /** A number for a timer or monitor, never given twice. */
  nextNumber(): number;
  spawn(behavior: string, options?: SpawnOptions, onStarted?: (ref: ProcessRef) => void): Promise<ProcessRef>;
  unlink(process: LinkedProcess, other: ProcessRef): void;
  /** Throws NameTakenError. */
  register(name: string, process: NameHolder): void;
  releaseName(name: string, process: NameHolder): void;
  /** The process has ended and leaves the table. */
  remove(id: number, reason: ExitReason): void;
  /** Counts and logs a message that is lost. */
  drop(reason: string, message: Message, behavior?: string): void;
}
