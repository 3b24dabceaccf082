import { InvalidMessageError, toErrorData, type ExitReason, type ProcessRef } from '@noex/contracts';
import { Message, MessageKind, type Headers } from './message.js';
import type { Process } from './process.js';
import type { CallOptions, DeferredReply, ProcessContext, SpawnOptions } from './process-context.js';
import { ProcessTimer } from './process-extras.js';

const NO_HEADERS: Headers = Object.freeze({});

/** The face a process shows to its handlers. */
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
    const { node, extras } = this.#process;
    const number = node.nextNumber();
    const timers = (extras.timers ??= new Map());
    timers.set(
      number,
      new ProcessTimer(node.wheel, delayMs, () => {
        timers.delete(number);
        this.send(to, name, payload);
      }),
    );
    return number;
  }

  cancelTimer(timer: number): boolean {
    const { timers } = this.#process.extras;
    timers?.get(timer)?.cancel();
    return timers?.delete(timer) ?? false;
  }

  spawn(behavior: string, options?: SpawnOptions): Promise<ProcessRef> {
    return this.#process.node.spawn(behavior, options);
  }

  monitor(target: ProcessRef): number {
    const process = this.#process;
    const number = process.node.nextNumber();
    const monitors = (process.extras.monitors ??= new Map());
    const monitor = process.node.messenger.monitor(target, (reason) => {
      monitors.delete(number);
      const down = { ref: target, monitor: number, reason };
      if (process.alive) {
        process.deliver(new Message(MessageKind.Down, 'down', down, target, undefined, null));
      }
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
    this.#process.node.link(this.#process, other);
  }

  unlink(other: ProcessRef): void {
    this.#process.node.unlink(this.#process, other);
  }

  trapExits(on: boolean): void {
    this.#process.extras.trapExits = on;
  }

  register(name: string): void {
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
