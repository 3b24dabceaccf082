import {
  CallTimeoutError,
  describeExit,
  exitedError,
  InvalidMessageError,
  isPlannedExit,
  OverloadedError,
  ProcessRef,
  toErrorData,
  type ExitReason,
} from '@noex/contracts';
import { MessageRejected, NO_HANDLER, type BehaviorDriver, type ProcessCell } from './behavior.js';
import { Message, MessageKind } from './message.js';
import { ProcessExtras, ProcessTimer, type LinkedProcess } from './process-extras.js';
import type { ProcessContext } from './process-context.js';
import type { ProcessHost } from './process-host.js';
import type { Runnable } from './scheduler.js';

const Status = {
  /** `init` runs. */
  Starting: 0,
  /** Nothing to do. */
  Idle: 1,
  /** In the scheduler's queue, or running right now. */
  Scheduled: 2,
  /** A handler's promise is pending. */
  Busy: 3,
  /** `terminate` runs. */
  Stopping: 4,
  Exited: 5,
} as const;
type Status = (typeof Status)[keyof typeof Status];

/**
 * One process: a state, a mailbox, and the rule that its messages are handled one at a time. Signals (stop, exit, kill)
 * do not pass through the mailbox: they take effect before its next message, however full it is.
 */
export class Process implements Runnable, ProcessCell, LinkedProcess {
  state: unknown = undefined;
  readonly context: ProcessContext;
  /** The message being handled. */
  current: Message | null = null;
  private extra: ProcessExtras | undefined = undefined;
  private status: Status = Status.Starting;
  private head: Message | null = null;
  private tail: Message | null = null;
  private depth = 0;
  private exiting: ExitReason | undefined = undefined;

  constructor(
    readonly node: ProcessHost,
    readonly id: number,
    readonly driver: BehaviorDriver,
    /** Makes the face it shows to its handlers. */
    contextOf: (process: Process) => ProcessContext,
  ) {
    this.context = contextOf(this);
  }

  get ref(): ProcessRef {
    return new ProcessRef(this.node.id, this.node.incarnation, this.id);
  }

  get mailboxDepth(): number {
    return this.depth;
  }

  get alive(): boolean {
    return this.status !== Status.Exited;
  }

  get extras(): ProcessExtras {
    return (this.extra ??= new ProcessExtras());
  }

  get signal(): AbortSignal {
    const abort = (this.extras.abort ??= new AbortController());
    if (this.exiting !== undefined) abort.abort(this.exiting);
    return abort.signal;
  }

  /** Runs `init`; a promise where `init` gives one. A throw ends the process with the error as its reason. */
  start(args: unknown): void | Promise<void> {
    let result: unknown;
    try {
      result = this.driver.init(this, args);
    } catch (error) {
      this.finish(toReason(error));
      throw error;
    }
    if (!isThenable(result)) return this.started();
    return Promise.resolve(result).then(
      () => this.started(),
      (error: unknown) => {
        this.finish(toReason(error));
        throw error;
      },
    );
  }

  private started(): void {
    if (this.status === Status.Starting) this.settle();
  }

  /** Takes a message; false when the mailbox is full. `down` and `EXIT` are always taken. */
  deliver(message: Message): boolean {
    if (
      this.depth >= this.node.mailboxLimit &&
      message.kind !== MessageKind.Down &&
      message.name !== 'EXIT'
    ) {
      this.node.drop('mailbox_full', message, this.driver.name);
      message.reply?.fail(
        new OverloadedError(
          `the mailbox of process ${this.ref.toString()} ("${this.driver.name}") is full (${this.depth} messages)`,
          { process: this.ref.toString(), behavior: this.driver.name, depth: this.depth },
        ),
      );
      return false;
    }
    if (this.tail) this.tail.next = message;
    else this.head = message;
    this.tail = message;
    this.depth++;
    if (this.status === Status.Idle) this.schedule();
    return true;
  }

  run(limit: number): boolean {
    for (let n = 0; n < limit; n++) {
      if (this.status !== Status.Scheduled) return false;
      if (this.exiting !== undefined) {
        this.terminate();
        return false;
      }
      const message = this.head;
      if (!message) {
        this.status = Status.Idle;
        return false;
      }
      this.head = message.next;
      if (!this.head) this.tail = null;
      message.next = null;
      this.depth--;
      if (!this.handle(message)) return false;
    }
    return this.status === Status.Scheduled;
  }

  /** Handles one message; false when its handler is still at work. */
  private handle(message: Message): boolean {
    if (message.reply?.abandoned) {
      this.node.drop('caller_gave_up', message, this.driver.name);
      message.reply.fail(
        new CallTimeoutError(`the caller of "${message.name}" gave up before it was handled`),
      );
      return true;
    }
    this.current = message;
    let result: unknown;
    try {
      switch (message.kind) {
        case MessageKind.Call:
          result = this.driver.call(this, message.name, message.payload);
          break;
        case MessageKind.Cast:
          result = this.driver.cast(this, message.name, message.payload);
          break;
        case MessageKind.Info:
          result = this.driver.info(this, message.name, message.payload);
          break;
        case MessageKind.Down:
          result = this.driver.down(this, message.payload as never);
          break;
      }
    } catch (error) {
      this.threw(message, error);
      return this.status === Status.Scheduled;
    }
    if (isThenable(result)) {
      if (this.status === Status.Scheduled) this.status = Status.Busy;
      result.then(
        (value) => this.resume(message, value, false),
        (error: unknown) => this.resume(message, error, true),
      );
      return false;
    }
    this.handled(message, result);
    return this.status === Status.Scheduled;
  }

  private resume(message: Message, value: unknown, failed: boolean): void {
    if (this.status === Status.Exited) return;
    if (failed) this.threw(message, value);
    else this.handled(message, value);
    if (this.status === Status.Busy) this.settle();
  }

  /** After async work: on to the next message or signal, if any. */
  private settle(): void {
    if (this.head || this.exiting !== undefined) this.schedule();
    else this.status = Status.Idle;
  }

  private schedule(): void {
    this.status = Status.Scheduled;
    this.node.scheduler.wake(this);
  }

  private handled(message: Message, result: unknown): void {
    this.current = null;
    if (result === NO_HANDLER) {
      this.unhandled(message);
    } else if (message.reply) {
      message.reply.ok(result);
      message.reply = null;
    }
  }

  private unhandled(message: Message): void {
    // A monitor's news that nobody asked to see is not a loss.
    if (message.kind === MessageKind.Down) return;
    this.node.drop('no_handler', message, this.driver.name);
    message.reply?.fail(
      new InvalidMessageError(`behavior "${this.driver.name}" has no call handler "${message.name}"`, {
        behavior: this.driver.name,
        method: message.name,
      }),
    );
    message.reply = null;
  }

  private threw(message: Message, error: unknown): void {
    this.current = null;
    const { reply } = message;
    message.reply = null;
    if (error instanceof MessageRejected) {
      const { violations } = error;
      if (!reply) this.node.drop('invalid_message', message, this.driver.name);
      reply?.fail(
        new InvalidMessageError(error.message, {
          behavior: this.driver.name,
          method: message.name,
          violations,
        }),
      );
      return;
    }
    reply?.threw(toErrorData(error), error);
    if (!reply || this.driver.crashOnCallError) this.exit(toReason(error));
  }

  /** Asks the process to end: after the message at hand, before any other. The first reason counts. */
  exit(reason: ExitReason): void {
    if (this.exiting !== undefined || this.status >= Status.Stopping) return;
    this.exiting = reason;
    this.extra?.abort?.abort(reason);
    if (this.status === Status.Idle) this.schedule();
  }

  /** Ends the process now; it has no say. */
  kill(reason: ExitReason = 'killed'): void {
    if (this.status === Status.Exited) return;
    this.exiting = reason;
    this.extra?.abort?.abort(reason);
    this.finish(reason);
  }

  private terminate(): void {
    const reason = this.exiting!;
    const { terminate, shutdownMs } = this.driver;
    if (!terminate) return this.finish(reason);
    this.status = Status.Stopping;
    const failed = (error: unknown) => {
      this.node.logger.error(`terminate of process ${this.ref.toString()} ("${this.driver.name}") threw`, {
        event: 'terminate_failed',
        process: this.ref.toString(),
        behavior: this.driver.name,
        error,
      });
      this.finish(toReason(error));
    };
    try {
      const result = terminate(this, reason);
      if (!isThenable(result)) return this.finish(reason);
      const limit = new ProcessTimer(this.node.wheel, shutdownMs, () => this.kill());
      Promise.resolve(result)
        .then(() => this.finish(reason), failed)
        .finally(() => limit.cancel());
    } catch (error) {
      failed(error);
    }
  }

  /** The end, reached exactly once: nothing of the process stays behind, everybody concerned hears of it. */
  private finish(reason: ExitReason): void {
    if (this.status === Status.Exited) return;
    const starting = this.status === Status.Starting;
    this.status = Status.Exited;
    this.node.remove(this.id);
    if (!starting) this.logExit(reason);

    const who = this.ref.toString();
    this.current?.reply?.fail(exitedError(who, reason, true));
    this.current = null;
    for (let message = this.head; message; message = message.next) {
      if (message.reply) message.reply.fail(exitedError(who, reason, false));
      else if (message.kind !== MessageKind.Down) this.node.drop('process_exited', message, this.driver.name);
    }
    this.head = this.tail = null;
    this.depth = 0;

    const extra = this.extra;
    if (!extra) return;
    extra.deferred?.forEach((reply) => reply.fail(exitedError(who, reason, true)));
    extra.timers?.forEach((timer) => timer.cancel());
    extra.monitors?.forEach((monitor) => monitor.cancel());
    extra.names?.forEach((name) => this.node.releaseName(name, this));
    extra.links?.forEach((other) => {
      other.extras.links?.delete(this);
      other.exitSignal(this.ref, reason);
    });
    extra.watchers?.forEach((monitor) => monitor.fire(reason));
    this.extra = undefined;
  }

  private logExit(reason: ExitReason): void {
    if (isPlannedExit(reason)) return;
    const { logger } = this.node;
    const line = `process ${this.ref.toString()} ("${this.driver.name}") ended: ${describeExit(reason)}`;
    const fields = { event: 'process_exit', process: this.ref.toString(), behavior: this.driver.name };
    if (reason instanceof Error) logger.error(line, { ...fields, error: reason });
    else logger.debug(line, { ...fields, reason });
  }

  /** A linked process ended, or another asks this one to (OTP manual, "Processes", receiving exit signals). */
  exitSignal(from: ProcessRef, reason: ExitReason): void {
    if (this.extra?.trapExits)
      this.deliver(new Message(MessageKind.Info, 'EXIT', { from, reason }, from, undefined, null));
    else if (reason !== 'normal') this.exit(reason);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}

function toReason(error: unknown): ExitReason {
  return error instanceof Error ? error : new Error(String(error));
}
