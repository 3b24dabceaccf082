import type { Arbiter, ArbiterHost, Clock, Lease, Taken, TimerHandle } from '@noex/contracts';
import type { MemoryArbiter } from '@noex/testing';

/** The clock of one node, which can be frozen: time goes on, and no timer fires until it is thawed. */
export class FreezableClock implements Clock {
  isFrozen = false;
  private readonly cleared = new WeakSet<object>();
  private late: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const timer: { inner?: TimerHandle } = {};
    const fire = () => {
      if (this.cleared.has(timer)) return;
      if (this.isFrozen) this.late.push(fire);
      else callback();
    };
    timer.inner = this.clock.setTimeout(fire, delayMs);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    if (handle === undefined) return;
    const timer = handle as { inner: TimerHandle };
    this.cleared.add(timer);
    this.clock.clearTimeout(timer.inner);
  }

  /** Timers that fell due while it was frozen. */
  fireLate(): void {
    const { late } = this;
    this.late = [];
    for (const fire of late) fire();
  }
}

export interface StoreState {
  readonly store: MemoryArbiter;
  /** While it is set the store carries nothing out. */
  standstill: Promise<void> | undefined;
  /** Hears of each lease at the moment at which the store gives it. */
  granted(lease: Lease): void;
}

/** The way of one node to a store: slow, lossy, and frozen with its node. What is too late may still be carried out. */
export class FaultyArbiter implements Arbiter {
  readonly id: string;
  readonly leaseMs: number;
  /** What is lost of each request. */
  lost: 'nothing' | 'requests' | 'answers' = 'nothing';
  /** How long each way takes, in ms. */
  delayMs = 0;
  /** Answers that arrived while the node was frozen. */
  private held: (() => void)[] = [];

  constructor(
    private readonly state: StoreState,
    private readonly world: Clock,
    private readonly own: FreezableClock,
  ) {
    this.id = state.store.id;
    this.leaseMs = state.store.leaseMs;
  }

  start(_: ArbiterHost): Promise<void> {
    return Promise.resolve();
  }

  claim(name: string, holder: string): Promise<Lease | Taken> {
    return this.pass(async () => {
      const answer = await this.state.store.claim(name, holder);
      if (!('taken' in answer)) this.state.granted(answer);
      return answer;
    });
  }

  renew(lease: Lease): Promise<boolean> {
    return this.pass(() => this.state.store.renew(lease));
  }

  release(lease: Lease): Promise<void> {
    return this.pass(() => this.state.store.release(lease));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  thaw(): void {
    const { held } = this;
    this.held = [];
    for (const answer of held) answer();
  }

  private pass<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void) => void (this.own.isFrozen ? this.held.push(settle) : settle());
      const fail = () => reject(new Error('no answer'));
      this.world.setTimeout(() => answer(fail), this.leaseMs / 3);
      void this.carryOut(work).then(
        (value) => answer(() => resolve(value)),
        () => answer(fail),
      );
    });
  }

  private async carryOut<T>(work: () => Promise<T>): Promise<T> {
    const { delayMs, lost } = this;
    await this.passes(delayMs);
    if (lost === 'requests') throw new Error('the request was lost');
    await this.state.standstill;
    const value = await work();
    await this.passes(delayMs);
    if (lost === 'answers') throw new Error('the answer was lost');
    return value;
  }

  private async passes(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.world.setTimeout(resolve, ms));
  }
}
