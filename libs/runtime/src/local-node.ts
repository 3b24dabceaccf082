import {
  DrainingError,
  DropCounter,
  ProcessRef,
  silentLogger,
  systemClock,
  type Clock,
  type ExitReason,
  type Logger,
} from '@noex/contracts';
import { currentActivity } from './activity.js';
import type { BehaviorDriver } from './behavior.js';
import { BehaviorRegistry } from './behavior-registry.js';
import { ProcessGroups } from './groups/process-groups.js';
import type { HandOver } from './hand-over.js';
import { Latencies } from './latency.js';
import { link, unlink, unlinkRemote } from './links.js';
import { DEFAULT_MAILBOX_LIMIT, type LocalNodeOptions } from './local-node-options.js';
import { Message, MessageKind, type Headers } from './message.js';
import type { Messenger } from './messenger.js';
import { LocalMonitor, type DownListener, type Monitor } from './monitor.js';
import { NameRegistry } from './name-registry.js';
import { codeOf, exitKind, NodeCounters } from './node-counters.js';
import { LocalCall } from './local-call.js';
import { DEFAULT_CALL_TIMEOUT_MS } from './pending-call.js';
import type { CallOptions, SpawnOptions } from './process-context.js';
import { Context } from './context.js';
import { Observer } from './observer.js';
import type { LinkedProcess, NameHolder } from './process-extras.js';
import type { ProcessHost } from './process-host.js';
import type { ProcessLease } from './process-lease.js';
import { Process } from './process.js';
import { mailboxFullError, noProcessError, refuseForNoProcess } from './refusals.js';
import { Scheduler } from './scheduler.js';
import { startProcess } from './start-process.js';
import { stopAll } from './stop-all.js';
import { TimerWheel } from './timer-wheel.js';
import { watch } from './watch.js';

/** START HERE. One node without a network: a table of processes and the ways to reach them. */
export class LocalNode implements Messenger, ProcessHost {
  readonly id: string;
  readonly incarnation: number;
  readonly mailboxLimit: number;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wheel: TimerWheel;
  readonly scheduler = new Scheduler();
  readonly drops = new DropCounter();
  readonly counters = new NodeCounters();
  /** How long calls to its processes took; undefined where it is not measured. */
  readonly latencies: Latencies | undefined;
  /** Reaches processes on any node; a cluster puts itself here. */
  messenger: Messenger = this;
  /** Set by whoever makes the node leave: from then on processes that stop run `drain`. */
  handOver: HandOver | undefined;
  private readonly names = new NameRegistry();
  private readonly behaviors: BehaviorRegistry;
  private readonly processes = new Map<number, Process>();
  /** Groups of this node's processes. */
  readonly groups = new ProcessGroups(this);
  /** For dashboards and debugging. */
  readonly observer = new Observer(this.processes);
  private readonly copyPayload: ((payload: unknown) => unknown) | undefined;
  private stopping = false;
  private lastProcess = 0;
  private started = 0;
  private lastNumber = 0;
  private lostCasts = 0;

  constructor(options: LocalNodeOptions) {
    this.id = options.id;
    this.behaviors = new BehaviorRegistry(options.id);
    this.incarnation = options.incarnation ?? Date.now();
    this.mailboxLimit = options.mailboxLimit ?? DEFAULT_MAILBOX_LIMIT;
    this.callTimeoutMs = options.callTimeoutMs ?? DEFAULT_CALL_TIMEOUT_MS;
    this.copyPayload = options.copyPayload;
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.wheel = new TimerWheel(this.clock);
    this.latencies = options.measureLatency ? new Latencies(this.clock) : undefined;
  }

  get processCount(): number {
    return this.processes.size;
  }

  /** Processes whose start succeeded, since the node was made. */
  get startedCount(): number {
    return this.started;
  }

  /** Casts that came to this node and that no handler took, since it was made. */
  get castsDropped(): number {
    return this.lostCasts;
  }

  /** Messages waiting in all mailboxes. Walks every process: for scrapes and load reports, not per message. */
  get queuedMessages(): number {
    let sum = 0;
    for (const process of this.processes.values()) sum += process.mailboxDepth;
    return sum;
  }

  nextNumber(): number {
    return ++this.lastNumber;
  }

  /**
   * Makes a behavior known by its name and, unless `remote` is false, startable by peers. Throws InvalidMessageError when
   * another has the name.
   */
  addBehavior(driver: BehaviorDriver, remote = true): void {
    this.behaviors.add(driver, remote);
  }

  behavior(name: string): BehaviorDriver | undefined {
    return this.behaviors.find(name);
  }

  get behaviorNames(): string[] {
    return this.behaviors.names;
  }

  /** Names of the behaviors that peers may start. */
  get openToPeers(): ReadonlySet<string> {
    return this.behaviors.openToPeers;
  }

  /**
   * Starts a process; resolves when `init` has finished. Rejects with BehaviorNotFoundError, NameTakenError,
   * SpawnFailedError (`init` threw, or the process was told to stop before it had started), SpawnTimeoutError, or
   * DrainingError once `stop` was called; then no process is left.
   */
  async spawn(
    behavior: string | BehaviorDriver,
    options: SpawnOptions = {},
    onStarted?: (ref: ProcessRef) => void,
    /** Number of the process that started it. Default: the one whose code is running. */
    parent = this.activeProcess(),
  ): Promise<ProcessRef> {
    try {
      const driver = this.behaviors.resolve(behavior);
      if (this.stopping) throw new DrainingError(`node "${this.id}" stops its processes`, { node: this.id });
      const args = this.copy(options.args);
      const process = new Process(this, ++this.lastProcess, driver, parent, contextOf);
      if (options.name !== undefined) this.register(options.name, process);
      this.processes.set(process.id, process);
      await startProcess(process, args, options, onStarted);
      this.started++;
      return process.ref;
    } catch (error) {
      this.counters.spawnFailures.add(codeOf(error));
      throw error;
    }
  }

  call(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      // First: what cannot be sent leaves no caller waiting.
      const copy = this.copy(payload);
      const activity = currentActivity();
      const sender = from ?? activity?.process.ref;
      const reply = new LocalCall(resolve, reject, this, to, method, options);
      const path = activity?.callPath;
      this.post(to, new Message(MessageKind.Call, method, copy, sender, options?.headers, reply, path));
    });
  }

  cast(to: ProcessRef, method: string, payload: unknown, headers?: Headers, from?: ProcessRef): boolean {
    this.counters.localCasts++;
    const sender = from ?? currentActivity()?.process.ref;
    return this.post(to, new Message(MessageKind.Cast, method, this.copy(payload), sender, headers, null));
  }

  /** A mailbox has no room to wait for: resolves when the cast is in it, else rejects with why it is not. */
  async castAsync(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<void> {
    if (this.cast(to, method, payload, options?.headers, from)) return;
    const process = this.find(to);
    throw process ? mailboxFullError(process) : noProcessError(this, to);
  }

  send(to: ProcessRef, name: string, payload: unknown, from?: ProcessRef): boolean {
    const sender = from ?? currentActivity()?.process.ref;
    return this.post(to, new Message(MessageKind.Info, name, this.copy(payload), sender, undefined, null));
  }

  /** The process of this node whose code is running; 0 = none. */
  private activeProcess(): number {
    const ref = currentActivity()?.process.ref;
    return ref && this.find(ref) ? ref.id : 0;
  }

  /** What the other side gets of a payload. */
  copy(payload: unknown): unknown {
    return this.copyPayload ? this.copyPayload(payload) : payload;
  }

  private post(to: ProcessRef, message: Message): boolean {
    if (to.incarnation === this.incarnation && to.node === this.id) return this.deliver(to.id, message);
    return this.notFound(to, message);
  }

  /** Puts a message into a process' mailbox; false when there is no such process or its mailbox is full. */
  deliver(id: number, message: Message): boolean {
    const process = this.processes.get(id);
    if (!process) return this.notFound(new ProcessRef(this.id, this.incarnation, id), message);
    if (this.latencies && message.reply) this.latencies.begin(message.reply, process.behaviorName);
    return process.deliver(message);
  }

  private notFound(to: ProcessRef, message: Message): false {
    refuseForNoProcess(this, to, message);
    return false;
  }

  monitor(target: ProcessRef, down: DownListener): Monitor {
    const process = this.find(target);
    if (process) return watch(process, down);
    const monitor = new LocalMonitor(target, down, null, this.logger);
    // Later, so that the caller holds its monitor before the news comes.
    queueMicrotask(() => monitor.fire('noproc'));
    return monitor;
  }

  /** Ends a process from outside: `kill` at once, anything else after the message it is working on. */
  exit(target: ProcessRef, reason: ExitReason): void {
    const process = this.find(target);
    if (reason === 'kill') process?.kill();
    else process?.exit(reason);
  }

  link(process: LinkedProcess, other: ProcessRef): void {
    link(process, other, this.find(other));
  }

  unlink(process: LinkedProcess, other: ProcessRef): void {
    if (other.node !== this.id) return unlinkRemote(process, other);
    const peer = this.find(other);
    if (peer) unlink(process, peer);
  }

  /** A process of this node as those it is linked to see it. */
  linkTarget(id: number): LinkedProcess | undefined {
    return this.processes.get(id);
  }

  /** Throws NameTakenError. */
  register(name: string, process: NameHolder): void {
    this.names.claim(name, process);
  }

  releaseName(name: string, process: NameHolder): void {
    this.names.release(name, process);
  }

  /** The process registered under a name on this node. */
  whereis(name: string): ProcessRef | undefined {
    return this.names.find(name)?.ref;
  }

  /** From now on the process asks the lease before each message; its epoch is known to the process. */
  addLease(ref: ProcessRef, lease: ProcessLease): void {
    const process = this.find(ref);
    if (process) (process.extras.leases ??= new Set()).add(lease);
  }

  removeLease(ref: ProcessRef, lease: ProcessLease): void {
    this.find(ref)?.relations?.leases?.delete(lease);
  }

  isAlive(ref: ProcessRef): boolean {
    return this.find(ref) !== undefined;
  }

  private find(ref: ProcessRef): Process | undefined {
    return ref.incarnation === this.incarnation && ref.node === this.id
      ? this.processes.get(ref.id)
      : undefined;
  }

  remove(id: number, reason: ExitReason): void {
    this.processes.delete(id);
    this.counters.exits.add(exitKind(reason));
  }

  drop(reason: string, message: Message, behavior?: string): void {
    if (message.kind === MessageKind.Cast) this.lostCasts++;
    this.lose(reason, message.name, behavior);
  }

  /** As `drop`, for what never became a message here. */
  lose(reason: string, name: string, behavior?: string): void {
    this.drops.add(reason);
    this.logger.debug(`dropped "${name}": ${reason}`, {
      event: 'message_dropped',
      reason,
      message: name,
      behavior,
    });
  }

  /**
   * Stops every process, newest first, each with the reason `shutdown`; whatever has not ended after `budgetMs` is killed.
   * Returns how many were killed.
   */
  async stop(budgetMs: number): Promise<number> {
    this.stopping = true;
    const killed = await stopAll(this.processes, this.clock, budgetMs);
    this.wheel.close();
    return killed;
  }
}

const contextOf = (process: Process): Context => new Context(process);
