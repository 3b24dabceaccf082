import { OverloadedError, type PeerConnection } from '@noex/contracts';
import type { TimerWheel } from '@noex/runtime';
import type { Outbox } from './outbox.js';
import type { PeerLimits } from './peer-limits.js';
import { RoomWaiter, type WaitLimits } from './room-waiter.js';

/** Those who wait are let in when this share of the limit waits, so that they go in bunches. */
const LOW_WATER = 0.5;
/** Replies may wait for this many times the limit; the callers of later ones are told so instead. */
const REPLY_FACTOR = 2;
/** The cluster's own small messages come on top; a peer that lets this many times the limit wait is cut off. */
const CUT_OFF_FACTOR = 4;

interface DrainWaiter {
  /** Bytes the transport has taken when its turn has come. */
  readonly passed: number;
  resolve(): void;
  reject(error: unknown): void;
}

export interface RoomOwner {
  readonly connection: PeerConnection;
  /** What waits for the peer's answer. */
  readonly calls: { readonly size: number };
  readonly spawns: { readonly size: number };
}

/** The room left in the queue to one peer: who is refused, and who waits for it. */
export class Room {
  private readonly waiters = new Set<RoomWaiter>();
  private isGranting = false;
  private drainWaiters: DrainWaiter[] = [];

  constructor(
    private readonly owner: RoomOwner,
    private readonly outbox: Outbox,
    private readonly limits: PeerLimits,
    private readonly wheel: TimerWheel,
  ) {}

  /** Nobody passes those who wait already. */
  private get isFull(): boolean {
    return this.outbox.backlog > this.limits.maxQueuedBytes || this.waiters.size > 0;
  }

  /** Throws OverloadedError when there is no room for a request. */
  require(): void {
    if (this.isFull) throw this.overloaded(this.bytesWaiting);
    this.requirePlace();
  }

  /** Throws OverloadedError when there is no room for a reply: the peer asks for more than it reads. */
  requireForReply(): void {
    const { backlog } = this.outbox;
    if (backlog <= REPLY_FACTOR * this.limits.maxQueuedBytes) return;
    const { id } = this.owner.connection.peer;
    throw new OverloadedError(`the reply is too much: ${backlog} bytes wait for node "${id}"`);
  }

  /** So much waits that the peer cannot be reading. */
  get isBeyondHope(): boolean {
    const { maxQueuedBytes, maxMessageBytes, maxControlBytes } = this.limits;
    return this.outbox.backlog > CUT_OFF_FACTOR * maxQueuedBytes + Math.max(maxMessageBytes, maxControlBytes);
  }

  /**
   * Runs `use` when there is room, at once or in the order of the calls, and resolves then. Rejects with what `use` throws, the
   * reason of the signal, the error of `close`, or OverloadedError when there was no room in time or too many wait.
   */
  async wait(use: () => void, limits: WaitLimits): Promise<void> {
    limits.signal?.throwIfAborted();
    this.requirePlace();
    if (!this.isFull) return use();
    const timedOut = () => this.overloaded(`no room within ${limits.timeoutMs} ms; ${this.bytesWaiting}`);
    await new Promise<void>((resolve, reject) => {
      new RoomWaiter(this.waiters, this.wheel, limits, { use, resolve, reject, timedOut });
    });
  }

  /** Resolves when all that waits now has been handed to the transport. */
  drained(): Promise<void> {
    const { size, passed } = this.outbox;
    if (size === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.drainWaiters.push({ passed: passed + size, resolve, reject });
    });
  }

  /** Something may have left. */
  update(): void {
    if (this.drainWaiters.length > 0) this.settleDrained();
    if (this.waiters.size > 0) this.grant();
  }

  /** There will be no room any more. */
  close(error: Error): void {
    for (const waiter of this.waiters) waiter.fail(error);
    for (const waiter of this.drainWaiters) waiter.reject(error);
    this.drainWaiters = [];
  }

  /** For one more that waits for an answer or for room. */
  private requirePlace(): void {
    const { calls, spawns } = this.owner;
    const casts = this.waiters.size;
    if (calls.size + spawns.size + casts < this.limits.maxPendingCalls) return;
    const others = casts > 0 ? ` and ${casts} casts for room` : '';
    throw this.overloaded(`${calls.size} calls and ${spawns.size} spawns wait for their reply${others}`);
  }

  private get bytesWaiting(): string {
    return `${this.outbox.size + this.owner.connection.queuedBytes} bytes wait to be sent`;
  }

  private overloaded(why: string): OverloadedError {
    const { id } = this.owner.connection.peer;
    return new OverloadedError(`node "${id}" does not keep up: ${why}`, { node: id });
  }

  private settleDrained(): void {
    const { passed } = this.outbox;
    const waiters = this.drainWaiters;
    let settled = 0;
    while (settled < waiters.length && waiters[settled]!.passed <= passed) waiters[settled++]!.resolve();
    if (settled > 0) this.drainWaiters = waiters.slice(settled);
  }

  private grant(): void {
    // What is written in turn flushes, which leads here again.
    const { maxQueuedBytes } = this.limits;
    if (this.isGranting || this.outbox.backlog > LOW_WATER * maxQueuedBytes) return;
    this.isGranting = true;
    for (const waiter of this.waiters) {
      if (this.outbox.backlog > maxQueuedBytes) break;
      waiter.grant();
    }
    this.isGranting = false;
  }
}
