import {
  CallTimeoutError,
  InvalidMessageError,
  ProcessNotFoundError,
  toErrorData,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import { Message, MessageKind, type Headers, type ReplyTarget } from './message.js';
import type { Process } from './process.js';
import type { CallOptions, DeferredReply, ProcessContext, SpawnOptions } from './process-context.js';
import { ProcessTimer } from './process-extras.js';
import { greatestEpoch } from './process-lease.js';

const NO_HEADERS: Headers = Object.freeze({});

/**
 * The face a process shows to its handlers. A handler may outlive its process (a kill does not wait for it): what it then
 * arms, watches or registers would never be taken down again, so none of it happens.
 */
export class Context implements ProcessContext {
  // `#` keeps the process out of reach of JSON, inspection and handlers.
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  get self(): ProcessRef {
    return this.#process.ref;
  }

  get node(): string {
    return this.#process.node.id;
  }

  get from(): ProcessRef | undefined {
    return this.#process.current?.from;
  }

  get headers(): Headers {
    return this.#process.current?.headers ?? NO_HEADERS;
  }

  get signal(): AbortSignal {
    return this.#process.signal;
  }

  get epoch(): number | undefined {
    return greatestEpoch(this.#process.relations?.leases);
  }

  call(to: ProcessRef, method: string, payload?: unknown, options?: CallOptions): Promise<never> {
    return this.#process.node.messenger.call(to, method, payload, options, this.self) as Promise<never>;
  }

  cast(to: ProcessRef, method: string, payload?: unknown): boolean {
    return this.#process.node.messenger.cast(to, method, payload, undefined, this.self);
  }

  send(to: ProcessRef, name: string, payload?: unknown): boolean {
    return this.#process.node.messenger.send(to, name, payload, this.self);
  }

  sendAfter(delayMs: number, name: string, payload?: unknown, to: ProcessRef = this.self): number {
    if (!(delayMs >= 0)) {
      throw new InvalidMessageError(`a delay must be a number of milliseconds, 0 or more, got ${delayMs}`);
    }
    const timer = this.newTimer();
    this.arm(timer, delayMs, () => {
      this.#process.extras.timers?.delete(timer);
      this.fire(to, name, payload);
    });
    return timer;
  }

  sendEvery(intervalMs: number, name: string, payload?: unknown, to: ProcessRef = this.self): number {
    if (!(intervalMs > 0)) {
      throw new InvalidMessageError(
        `an interval must be a number of milliseconds above 0, got ${intervalMs}`,
      );
    }
    const { clock } = this.#process.node;
    const timer = this.newTimer();
    let due = clock.now();
    const next = (): void => {
      // From when it was due, not from when it came: lateness does not add up. A stall's missed beats are not made up for.
      due = Math.max(due + intervalMs, clock.now());
      this.arm(timer, due - clock.now(), () => {
        next();
        this.fire(to, name, payload);
      });
    };
    next();
    return timer;
  }

  private newTimer(): number {
    return this.#process.node.nextNumber();
  }

  private arm(timer: number, delayMs: number, fire: () => void): void {
    const { node, extras, alive } = this.#process;
    if (alive) (extras.timers ??= new Map()).set(timer, new ProcessTimer(node.wheel, delayMs, fire));
  }

  private fire(to: ProcessRef, name: string, payload: unknown): void {
    try {
      this.send(to, name, payload);
    } catch (error) {
      // The payload cannot be sent, and there is nobody to tell.
      this.stop(error as Error);
    }
  }

  cancelTimer(timer: number): boolean {
    const { timers } = this.#process.extras;
    timers?.get(timer)?.cancel();
    return timers?.delete(timer) ?? false;
  }

  spawn(behavior: string, options?: SpawnOptions): Promise<ProcessRef> {
    return this.#process.node.spawn(behavior, options);
  }

  spawnLink(behavior: string, options?: SpawnOptions): Promise<ProcessRef> {
    return this.#process.node.spawn(behavior, options, (ref) => this.link(ref));
  }

  async spawnMonitor(
    behavior: string,
    options?: SpawnOptions,
  ): Promise<{ ref: ProcessRef; monitor: number }> {
    let monitor = 0;
    const ref = await this.#process.node.spawn(behavior, options, (started) => {
      monitor = this.monitor(started);
    });
    return { ref, monitor };
  }

  monitor(target: ProcessRef): number {
    const number = this.#process.node.nextNumber();
    if (!this.#process.alive) return number;
    const monitors = (this.#process.extras.monitors ??= new Map());
    const monitor = this.#process.node.messenger.monitor(target, (reason) => {
      if (!this.#process.alive) return;
      const down = { ref: target, monitor: number, reason };
      this.#process.deliver(new Message(MessageKind.Down, 'down', down, target, undefined, null));
    });
    monitors.set(number, monitor);
    return number;
  }

  demonitor(monitor: number): void {
    const { monitors } = this.#process.extras;
    monitors?.get(monitor)?.cancel();
    monitors?.delete(monitor);
  }

  link(other: ProcessRef): void {
    this.#process.node.messenger.link(this.#process, other);
  }

  unlink(other: ProcessRef): void {
    this.#process.node.unlink(this.#process, other);
  }

  trapExits(on: boolean): void {
    this.#process.extras.trapExits = on;
  }

  register(name: string): void {
    if (!this.#process.alive) {
      const process = this.self.toString();
      throw new ProcessNotFoundError(`process ${process} has ended and cannot take the name "${name}"`, {
        process,
        name,
      });
    }
    this.#process.node.register(name, this.#process);
  }

  stop(reason: ExitReason = 'normal'): void {
    this.#process.exit(reason);
  }

  deferReply<T>(): DeferredReply<T> {
    const { current, extras } = this.#process;
    const reply = current?.reply;
    if (!reply) throw new InvalidMessageError('deferReply() is for a call handler, once per call');
    current.reply = null;
    const deferred = (extras.deferred ??= new Set());
    forgetAbandoned(deferred);
    deferred.add(reply);
    return {
      ok: (value) => {
        if (deferred.delete(reply)) reply.ok(value);
      },
      fail: (error) => {
        if (deferred.delete(reply)) reply.threw(toErrorData(error), error);
      },
    };
  }
}

/**
 * Callers that gave up are let go, so that promises nobody waits for do not pile up. Looked through each time the set has
 * doubled: that costs little per promise and keeps at most twice as many as are wanted.
 */
function forgetAbandoned(deferred: Set<ReplyTarget>): void {
  const { size } = deferred;
  if (size < 64 || (size & (size - 1)) !== 0) return;
  for (const reply of deferred) {
    if (!reply.abandoned) continue;
    deferred.delete(reply);
    reply.fail(new CallTimeoutError('the caller gave up before it was answered'));
  }
}
