import { exitedError, ProcessRef, toErrorData, type ExitReason } from '@noex/contracts';
import { runActivity, type ActiveProcess } from './activity.js';
import { MessageRejected, NO_HANDLER, POSTPONED, type BehaviorDriver, type ProcessDown } from './behavior.js';
import { dispatch, isThenable, type Dispatchable } from './dispatch.js';
import { logExit } from './exit-log.js';
import { Mailbox } from './mailbox.js';
import { admits } from './mailbox-admission.js';
import { Message, MessageKind } from './message.js';
import { ProcessExtras, type LinkedProcess } from './process-extras.js';
import type { ProcessContext } from './process-context.js';
import { checkLeases } from './process-lease.js';
import type { ProcessHost } from './process-host.js';
import { STATUS_NAMES, Status, type ProcessStatus } from './process-status.js';
import { answerRejected, answerUnhandled, failAll, skipAbandoned } from './refusals.js';
import { runTerminate } from './run-terminate.js';
import type { Runnable } from './scheduler.js';
import { thrownReason } from './thrown-reason.js';

/**
 * One process: a state, a mailbox, and the rule that its messages are handled one at a time. Signals (stop, exit, kill)
 * do not pass through the mailbox: they take effect before its next message, however full it is.
 */
export class Process implements Runnable, Dispatchable, LinkedProcess, ActiveProcess {
  state: unknown = undefined;
  readonly context: ProcessContext;
  /** The message being handled. */
  current: Message | null = null;
  turn = 0;
  /** Time its handlers took on this thread, in milliseconds. */
  busyMs = 0;
  private extra: ProcessExtras | undefined = undefined;
  private status: Status = Status.Starting;
  private mailbox: Mailbox | undefined = undefined;
  private suspended = false;
  private exiting: ExitReason | undefined = undefined;

  constructor(
    readonly node: ProcessHost,
    readonly id: number,
    readonly driver: BehaviorDriver,
    /** The process that started it; 0 = none of this node. */
    readonly parent: number,
    /** Makes the face it shows to its handlers. */
    contextOf: (process: Process) => ProcessContext,
  ) {
    this.context = contextOf(this);
  }

  get ref(): ProcessRef {
    return new ProcessRef(this.node.id, this.node.incarnation, this.id);
  }

  get behaviorName(): string {
    return this.driver.name;
  }

  get calledByPeer(): boolean {
    return this.current?.reply?.fromPeer === true;
  }

  get mailboxDepth(): number {
    return this.mailbox?.depth ?? 0;
  }

  get mailboxHighWater(): number {
    return this.mailbox?.highWater ?? 0;
  }

  get statusName(): ProcessStatus {
    return STATUS_NAMES[this.status]!;
  }

  get isSuspended(): boolean {
    return this.suspended;
  }

  /** What it has besides state and mailbox, for those who look on. */
  get relations(): Readonly<ProcessExtras> | undefined {
    return this.extra;
  }

  get alive(): boolean {
    return this.status !== Status.Exited;
  }

  /** Why it has ended or is about to; undefined while it lives on. */
  get endReason(): ExitReason | undefined {
    return this.exiting;
  }

  get extras(): ProcessExtras {
    return (this.extra ??= new ProcessExtras());
  }

  get signal(): AbortSignal {
    const abort = (this.extras.abort ??= new AbortController());
    if (this.exiting !== undefined) abort.abort(this.exiting);
    return abort.signal;
  }

  /**
   * Runs `init`; a promise where `init` gives one. A throw ends the process with the error as its reason. `onStarted` is
   * called when `init` has finished, before any message is handled: whoever ties itself to the process there misses nothing.
   * It is not called when the process was told to stop meanwhile; then it ends as any other.
   */
  start(args: unknown, onStarted?: () => void): void | Promise<void> {
    const failed = (error: unknown) => this.finish(thrownReason(error));
    try {
      const result = runActivity(this, null, this.driver.followed, () => this.driver.init(this, args));
      if (isThenable(result)) return Promise.resolve(result).then(() => this.started(onStarted), failed);
    } catch (error) {
      return failed(error);
    }
    this.started(onStarted);
  }

  private started(onStarted?: () => void): void {
    if (this.status !== Status.Starting) return;
    if (this.exiting === undefined) onStarted?.();
    this.settle();
  }

  /** Takes a message; false when it is refused. News of other processes is always taken. */
  deliver(message: Message): boolean {
    const mailbox = (this.mailbox ??= new Mailbox());
    if (!admits(this, mailbox, message)) return false;
    mailbox.push(message);
    if (this.status === Status.Idle && !this.suspended) this.schedule();
    return true;
  }

  run(limit: number): number {
    if (this.status !== Status.Scheduled) return 0;
    const began = performance.now();
    const done = this.takeTurns(limit);
    this.busyMs += performance.now() - began;
    return done;
  }

  private takeTurns(limit: number): number {
    for (let n = 0; n < limit; n++) {
      if (this.extra?.leases) checkLeases(this.extra.leases);
      if (this.exiting !== undefined) {
        this.terminate();
        return n + 1;
      }
      const message = this.suspended ? null : (this.mailbox?.shift() ?? null);
      if (!message) {
        this.status = Status.Idle;
        return n + 1;
      }
      if (!this.handle(message)) return n + 1;
    }
    this.schedule();
    return limit;
  }

  /** For debugging: takes no message until `resume`; signals still reach it (OTP's `sys:suspend`). */
  suspend(): void {
    this.suspended = true;
  }

  resume(): void {
    this.suspended = false;
    if (this.status === Status.Idle && this.mailbox?.empty === false) this.schedule();
  }

  /** Handles one message; false when its handler is still at work, or ended the process. */
  private handle(message: Message): boolean {
    if (message.reply?.abandoned) {
      skipAbandoned(this, message);
      return true;
    }
    this.current = message;
    this.turn++;
    let result: unknown;
    try {
      result = runActivity(this, message, this.driver.followed, dispatch);
      // `Promise.resolve` gives a promise back as it is, and tames a thenable that is none.
      if (isThenable(result)) {
        if (this.status === Status.Scheduled) this.status = Status.Busy;
        Promise.resolve(result).then(
          (value) => this.settled(message, value, false),
          (error: unknown) => this.settled(message, error, true),
        );
        return false;
      }
    } catch (error) {
      if (!this.alive) return false;
      this.threw(message, error);
      return this.status === Status.Scheduled;
    }
    // A handler may have had its own process killed: its caller has been told.
    if (!this.alive) return false;
    this.handled(message, result);
    return this.status === Status.Scheduled;
  }

  /** A monitor that was given up while its news lay in the mailbox stays silent. */
  down(down: ProcessDown): unknown {
    return this.extra?.monitors?.delete(down.monitor) ? this.driver.down(this, down) : undefined;
  }

  private settled(message: Message, value: unknown, failed: boolean): void {
    if (this.status === Status.Exited) return;
    if (failed) this.threw(message, value);
    else this.handled(message, value);
    if (this.status === Status.Busy) this.settle();
  }

  /** After async work: on to the next message or signal, if any. */
  private settle(): void {
    if (this.mailbox?.empty === false || this.exiting !== undefined) this.schedule();
    else this.status = Status.Idle;
  }

  private schedule(): void {
    this.status = Status.Scheduled;
    this.node.scheduler.wake(this);
  }

  private handled(message: Message, result: unknown): void {
    this.current = null;
    if (result === POSTPONED) {
      this.mailbox!.setAside(message);
    } else if (result === NO_HANDLER) {
      answerUnhandled(this, message);
    } else if (message.reply) {
      message.reply.ok(result);
      message.reply = null;
    }
    if (this.extra?.retryPostponed) {
      this.extra.retryPostponed = false;
      this.mailbox?.putBack();
    }
  }

  retryPostponed(): void {
    // At the start there is no message at hand, and nothing postponed.
    if (this.current) this.extras.retryPostponed = true;
  }

  private threw(message: Message, error: unknown): void {
    this.current = null;
    const { reply } = message;
    message.reply = null;
    if (error instanceof MessageRejected) return answerRejected(this, message, reply, error);
    reply?.threw(toErrorData(error), error);
    if (!reply || this.driver.crashOnCallError) this.exit(thrownReason(error));
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
    this.status = Status.Stopping;
    runTerminate(this, this.exiting!, (reason, logged) => this.finish(reason, logged));
  }

  /** The end, reached exactly once: nothing of the process stays behind, everybody concerned hears of it. */
  private finish(reason: ExitReason, logged = false): void {
    if (this.status === Status.Exited) return;
    // A failed start is told to the one who asked for it.
    const tell = !logged && this.status !== Status.Starting;
    this.status = Status.Exited;
    this.exiting = reason;
    this.node.remove(this.id, reason);
    if (tell) logExit(this.node.logger, this, reason);

    const who = this.ref.toString();
    this.current?.reply?.fail(exitedError(who, reason, true));
    this.current = null;
    if (this.mailbox) failAll(this, this.mailbox, reason);
    this.extra?.release(this, who, reason);
    this.extra = undefined;
  }

  /** A linked process ended, or another asks this one to (OTP manual, "Processes", receiving exit signals). */
  exitSignal(from: ProcessRef, reason: ExitReason): void {
    if (this.extra?.trapExits)
      this.deliver(new Message(MessageKind.Exit, 'EXIT', { from, reason }, from, undefined, null));
    else if (reason !== 'normal') this.exit(reason);
  }
}
