import type { CallArguments, CallName, ExitReason, ProcessRef, ReplyOf } from '@noex/contracts';
import type { Headers } from './message.js';
import type { DownListener } from './monitor.js';

/** How a call waits, and what it carries besides its payload. */
export interface CallOptions {
  /** How long to wait for the reply, in milliseconds. Default 5000. The deadline travels with the message. */
  readonly timeoutMs?: number;
  /** Gives up waiting; the call then rejects with the signal's reason. The handler may still run. */
  readonly signal?: AbortSignal;
  readonly headers?: Headers;
}

/** How a process of this node is started. */
export interface SpawnOptions<Args = unknown> {
  /** Passed to `init`. */
  readonly args?: Args;
  /** Registers the process under this name on its node. */
  readonly name?: string;
  /** How long `init` may take, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Called before `init` with the process that may yet fail to start: it can be asked to stop, or killed, from then on. */
  readonly onSpawn?: (ref: ProcessRef) => void;
  /**
   * Monitors the process from its first moment: called exactly once, when it has ended, with its reason, which may be before
   * the code that awaits the spawn goes on. Not called when the spawn fails.
   */
  readonly onDown?: DownListener;
}

/** A reply that a handler gives later. Only the first answer counts. */
export interface DeferredReply<T = unknown> {
  ok(value: T): void;
  fail(error: unknown): void;
}

/** What a handler knows of its process and the message it works on, and what it can do. */
export interface ProcessContext {
  readonly self: ProcessRef;
  /** Name of the node the process lives on. */
  readonly node: string;
  /** The process that sent the message being handled; undefined when it came from outside any process. */
  readonly from: ProcessRef | undefined;
  /** Headers of the message being handled. */
  readonly headers: Headers;
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal;
  /**
   * Fencing token, where an arbiter decides about global names: grows with each holder of a name. Give it to what the process writes to,
   * which refuses a smaller one than it has seen: then a holder that is late, frozen or cut off overwrites nothing of the next one's.
   * Known from `init` on where the process was spawned under a global name; the greatest where it has several; undefined without a
   * name, from the moment on at which the name is lost, and without an arbiter.
   */
  readonly epoch: number | undefined;

  call<B, M extends CallName<B>>(
    to: ProcessRef<B>,
    method: M,
    ...rest: CallArguments<B, M, CallOptions>
  ): Promise<ReplyOf<B, M>>;
  /** Sends a cast; false when it was dropped at once (no such process here, no route, queue full). */
  cast(to: ProcessRef, method: string, payload?: unknown): boolean;
  /** Sends an info message; false as for `cast`. */
  send(to: ProcessRef, name: string, payload?: unknown): boolean;
  /** Sends itself (or `to`) an info message after a delay, up to 10 ms late. Forgotten when the process ends. */
  sendAfter(delayMs: number, name: string, payload?: unknown, to?: ProcessRef): number;
  /** Sends itself (or `to`) an info message at every interval, each up to 10 ms late, until cancelled or the process ends. */
  sendEvery(intervalMs: number, name: string, payload?: unknown, to?: ProcessRef): number;
  /** True if the timer was to fire (again). */
  cancelTimer(timer: number): boolean;
  /** Starts another process on this node from a behavior the node knows by name. */
  spawn(behavior: string, options?: SpawnOptions): Promise<ProcessRef>;
  /** As `spawn`, and links the two before the other handles anything. */
  spawnLink(behavior: string, options?: SpawnOptions): Promise<ProcessRef>;
  /** As `spawn`, and monitors it before it handles anything; `down` arrives with this monitor's number. */
  spawnMonitor(behavior: string, options?: SpawnOptions): Promise<{ ref: ProcessRef; monitor: number }>;
  /** One `down` for this process, however the other ends; returns the monitor's number. */
  monitor(target: ProcessRef): number;
  /** No `down` will come from this monitor any more. */
  demonitor(monitor: number): void;
  /**
   * Ties the two lives together, wherever the other lives: an abnormal end of one ends the other. Where the other is not there
   * this process gets its exit, `noproc`, and `noconnection` where its node is not connected or is lost later.
   */
  link(other: ProcessRef): void;
  /** Undoes a link, whichever of the two made it: from now on no exit signal of the other reaches this process. */
  unlink(other: ProcessRef): void;
  /** With true, exits of linked processes arrive as info messages named `EXIT` with `{ from, reason }`. */
  trapExits(on: boolean): void;
  /** Registers the process under a name on this node; throws NameTakenError. */
  register(name: string): void;
  /** Ends this process after the current message. */
  stop(reason?: ExitReason): void;
  /** Takes over answering the call being handled; the handler's return value is then ignored. Throws outside a call. */
  deferReply<T = unknown>(): DeferredReply<T>;
}
