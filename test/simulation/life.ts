import {
  describeExit,
  NoexError,
  type Clock,
  type ExitReason,
  type Logger,
  type ProcessRef,
  type Transport,
} from '@noex/contracts';
import { Cluster, type ClusterOptions } from '@noex/cluster';
import { plainDriver, type ProcessContext } from '@noex/runtime';
import type { EventBody } from '../support/history/history.js';
import {
  padding,
  WORKER,
  workerBehavior,
  type Act,
  type Errand,
  type WorkerArgs,
  type WorkerHome,
} from './errand.js';
import { LifeClock } from './simulation-clock.js';

export type NodeLimits = Pick<
  ClusterOptions,
  'strictMessages' | 'mailboxLimit' | 'maxPendingCalls' | 'maxQueuedBytes'
>;

export interface LifeOptions {
  readonly node: string;
  readonly incarnation: number;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: NodeLimits;
  /** Takes what happens, as long as the node lives. */
  record(event: EventBody): void;
  /** Takes what never happens among nodes that are in order. */
  complain(what: string): void;
  /** A process that somebody has the ref of. */
  found(ref: ProcessRef): void;
}

/** Log lines that no fault of the network or of another node explains. */
const COMPLAINTS: ReadonlySet<unknown> = new Set([
  'protocol_error',
  'peer_cut_off',
  'monitor_listener_failed',
]);

/** The reason of a signal that gives a call up. */
export const GIVEN_UP = 'given up';

/** One life of a node: what it does, and what it writes down of it. */
export class Life implements WorkerHome {
  state: 'running' | 'hung' | 'leaving' | 'stopped' | 'crashed' = 'running';
  readonly cluster: Cluster;
  private readonly clock: LifeClock;
  private readonly sequences = new Map<string, number>();
  private readonly seen = new Map<string, number>();
  private count = 0;
  /** Calls and spawns that have not ended. */
  private underWay = 0;

  constructor(private readonly options: LifeOptions) {
    this.clock = new LifeClock(options.clock);
    const { node: nodeName, incarnation, transport, random, limits } = options;
    const { clock } = this;
    const logger = this.logger();
    this.cluster = new Cluster({ nodeName, incarnation, transport, random, ...limits, clock, logger });
    this.cluster.addBehavior(plainDriver(workerBehavior(this)));
    this.recordMembership();
  }

  get node(): string {
    return this.options.node;
  }

  get incarnation(): number {
    return this.options.incarnation;
  }

  get name(): string {
    return `${this.options.node}@${this.options.incarnation}`;
  }

  /** None of its calls and spawns is under way, and none of its processes is at work. */
  get isAtRest(): boolean {
    if (this.underWay > 0) return false;
    for (const { status } of this.cluster.node.observer.list()) if (status !== 'idle') return false;
    return true;
  }

  // --- life and death ---

  start(): void {
    this.record({ kind: 'started' });
    void this.cluster.start();
  }

  hang(): void {
    this.state = 'hung';
    this.clock.hang();
  }

  resume(): void {
    this.state = 'running';
    this.clock.resume();
  }

  crash(): void {
    this.state = 'crashed';
    this.clock.die();
  }

  leave(drainMs: number, stopMs: number): void {
    this.state = 'leaving';
    void this.cluster
      .drain(drainMs)
      .then(() => this.cluster.stop(stopMs))
      .then(() => {
        if (this.state === 'crashed') return;
        this.record({ kind: 'stopped' });
        this.state = 'stopped';
        this.clock.die();
      });
  }

  // --- what it does by itself ---

  call(to: ProcessRef, act: Act, timeoutMs: number, size = 0, signal?: AbortSignal): void {
    const errand = this.errand(this.name, to, act, true, size);
    const options = signal ? { timeoutMs, signal } : { timeoutMs };
    void this.follow(errand.call!, to, () => this.cluster.call(to, 'work', errand, options)).catch(() => {});
  }

  tell(by: 'cast' | 'info', to: ProcessRef, act: Act, size = 0): void {
    const errand = this.errand(this.name, to, act, false, size);
    if (by === 'cast') this.cluster.cast(to, 'work', errand);
    else this.cluster.send(to, 'work', errand);
  }

  spawn(on: string, args: Omit<WorkerArgs, 'spawn'>, timeoutMs: number, watched: boolean): void {
    const spawn = this.nextId();
    const monitor = this.nextId();
    const onDown = watched ? { onDown: (reason: ExitReason) => this.fired(monitor, reason) } : {};
    this.record({ kind: 'spawn_sent', spawn });
    this.underWay++;
    this.cluster
      .spawn(WORKER, { on, timeoutMs, args: { ...args, spawn } satisfies WorkerArgs, ...onDown })
      .then(
        (ref) => {
          this.record({ kind: 'spawn_ended', spawn, result: 'ok', ref: ref.toString() });
          if (watched) this.record({ kind: 'monitor_set', monitor, target: ref.toString() });
          this.options.found(ref);
        },
        (error: unknown) => this.record({ kind: 'spawn_ended', spawn, result: this.codeOf(error) }),
      )
      .finally(() => this.underWay--);
  }

  /** With `giveUpMs`: takes it back after that time. */
  monitor(target: ProcessRef, giveUpMs?: number): void {
    const monitor = this.nextId();
    this.record({ kind: 'monitor_set', monitor, target: target.toString() });
    const watch = this.cluster.monitor(target, (reason) => this.fired(monitor, reason));
    if (giveUpMs === undefined) return;
    this.later(giveUpMs, () => {
      watch.cancel();
      this.unwatched(monitor);
    });
  }

  exit(target: ProcessRef, reason: ExitReason): void {
    this.cluster.exit(target, reason);
  }

  view(): EventBody {
    return {
      kind: 'view',
      peers: this.peers(),
      processes: [...this.cluster.node.observer.list()].map(({ ref }) => ref.toString()),
    };
  }

  peers(): { id: string; incarnation: number }[] {
    return Array.from(this.cluster.members.values(), ({ identity: { id, incarnation } }) => ({
      id,
      incarnation,
    }));
  }

  record(event: EventBody): void {
    if (this.state !== 'crashed' && this.state !== 'stopped') this.options.record(event);
  }

  // --- what its processes do ---

  complain(what: string): void {
    this.options.complain(`${this.name}: ${what}`);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.setTimeout(resolve, ms));
  }

  later(ms: number, callback: () => void): void {
    this.clock.setTimeout(callback, ms);
  }

  started(self: ProcessRef, spawn: string): void {
    const ref = self.toString();
    this.record({ kind: 'process_started', ref, spawn });
    this.cluster.node.monitor(self, (reason) =>
      this.record({ kind: 'process_ended', ref, reason: describeExit(reason) }),
    );
  }

  handled(self: ProcessRef, { sender, sequence, call }: Errand): void {
    const by = self.toString();
    this.record({ kind: 'message_handled', sender, by, sequence });
    if (call !== undefined) this.record({ kind: 'call_handled', call, by });
  }

  sendFrom(context: ProcessContext, { by, to, act }: Extract<Act, { do: 'send' }>): void {
    const errand = this.errand(context.self.toString(), to, act, false);
    if (by === 'cast') context.cast(to, 'work', errand);
    else context.send(to, 'work', errand);
  }

  callFrom(context: ProcessContext, { to, act, timeoutMs }: Extract<Act, { do: 'call' }>): Promise<unknown> {
    const errand = this.errand(context.self.toString(), to, act, true);
    return this.follow(errand.call!, to, () => context.call(to, 'work', errand as never, { timeoutMs }));
  }

  watchFrom(context: ProcessContext, target: ProcessRef): { number: number; id: string } {
    const monitor = this.nextId();
    const by = context.self.toString();
    this.record({ kind: 'monitor_set', monitor, target: target.toString(), by });
    return { number: context.monitor(target), id: monitor };
  }

  unwatched(monitor: string): void {
    this.record({ kind: 'monitor_cancelled', monitor });
  }

  fired(monitor: string, reason: unknown): void {
    this.record({ kind: 'monitor_fired', monitor, reason: describeExit(reason as ExitReason) });
  }

  private async follow(call: string, to: ProcessRef, send: () => Promise<unknown>): Promise<unknown> {
    this.record({ kind: 'call_sent', call, to: to.toString() });
    this.underWay++;
    try {
      const reply = await send();
      this.record({ kind: 'call_ended', call, result: 'ok' });
      return reply;
    } catch (error) {
      const outcome = error instanceof NoexError ? error.outcome : 'unknown';
      this.record({ kind: 'call_ended', call, result: this.codeOf(error), outcome });
      throw error;
    } finally {
      this.underWay--;
    }
  }

  private errand(sender: string, to: ProcessRef, act: Act, isCall: boolean, size = 0): Errand {
    const pair = `${sender} ${to.toString()}`;
    const sequence = (this.sequences.get(pair) ?? 0) + 1;
    this.sequences.set(pair, sequence);
    this.record({ kind: 'message_sent', sender, to: to.toString(), sequence });
    return {
      sender,
      sequence,
      act,
      ...(isCall ? { call: this.nextId() } : {}),
      ...(size > 0 ? { padding: padding(size) } : {}),
    };
  }

  private nextId(): string {
    return `${this.name}#${++this.count}`;
  }

  /** Of an error that an operation may end with; any other is a complaint. */
  private codeOf(error: unknown): string {
    if (error instanceof NoexError) return error.code;
    if (error === GIVEN_UP) return 'given_up';
    this.complain(`an operation ended with ${String(error)}`);
    return 'unknown_error';
  }

  private recordMembership(): void {
    const { members } = this.cluster;
    members.nodeUp.add(({ id, incarnation }) => {
      this.seen.set(id, incarnation);
      this.record({ kind: 'node_up', peer: id, peerIncarnation: incarnation });
    });
    members.nodeDown.add((peer, reason) =>
      this.record({ kind: 'node_down', peer, peerIncarnation: this.seen.get(peer) ?? 0, reason }),
    );
  }

  private logger(): Logger {
    const listen: Logger['info'] = (message, fields) => {
      if (COMPLAINTS.has(fields?.['event']) && this.state !== 'crashed')
        this.complain(`${message} ${String(fields?.['error'] ?? '')}`);
    };
    return { debug: listen, info: listen, warn: listen, error: listen };
  }
}
