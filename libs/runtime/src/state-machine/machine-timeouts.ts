import { Message, MessageKind } from '../message.js';
import { ProcessTimer } from '../process-extras.js';
import type { Process } from '../process.js';

export type TimeoutName = 'state_timeout' | 'event_timeout';

interface ArmedTimeout {
  readonly token: number;
  /** Its number among the process' timers. */
  readonly timer: number;
}

/**
 * The two timeouts of one machine. One that ran out is a message in the mailbox, behind all that came before it; its token
 * tells whether it was taken off or set again meanwhile: then it is nothing.
 */
export class MachineTimeouts {
  private readonly armed: Partial<Record<TimeoutName, ArmedTimeout>> = {};
  private lastToken = 0;

  constructor(private readonly process: Process) {}

  /** Starts it, over if it runs; `Infinity` takes it off. */
  set(name: TimeoutName, delayMs: number): void {
    this.clear(name);
    const { process } = this;
    if (delayMs === Infinity || !process.alive) return;
    const token = ++this.lastToken;
    const number = process.node.nextNumber();
    const timers = (process.extras.timers ??= new Map());
    const fire = () => {
      timers.delete(number);
      process.deliver(new Message(MessageKind.Timeout, name, token, process.ref, undefined, null));
    };
    timers.set(number, new ProcessTimer(process.node.wheel, delayMs, fire));
    this.armed[name] = { token, timer: number };
  }

  clear(name: TimeoutName): void {
    const armed = this.armed[name];
    if (!armed) return;
    this.armed[name] = undefined;
    const { timers } = this.process.extras;
    timers?.get(armed.timer)?.cancel();
    timers?.delete(armed.timer);
  }

  /** Whether this is the message of a timeout that still counts; it counts once. */
  take(name: TimeoutName, token: unknown): boolean {
    if (this.armed[name]?.token !== token) return false;
    this.armed[name] = undefined;
    return true;
  }
}
