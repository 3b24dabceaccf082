import type { Clock, Lease, ProcessRef, TimerHandle } from '@noex/contracts';
import type { ProcessLease } from '@noex/runtime';

/** Why a lease was lost. `unreachable`: it could not be renewed in time. `over`: the arbiter says so. `outranked`: another node has a later one. */
export type LeaseLoss = 'unreachable' | 'over' | 'outranked';

/**
 * When a lease is renewed and when it counts as lost, as shares of its length after the last renewal that succeeded began. What is left
 * after that is for the handler at work, and for a clock that runs slower than the arbiter's.
 */
const RENEW_AFTER = 1 / 3;
const LOST_AFTER = 2 / 3;
/** How much earlier a renewal may come, so that the leases of a node do not stay together. */
const JITTER = 0.2;
/** Pause after a request that failed. */
const RETRY_AFTER = 1 / 15;

/** When to renew a lease whose last renewal began at `beganAt`, in ms of the same clock. `random` is from 0 to 1. */
export function renewAt(beganAt: number, leaseMs: number, random: number): number {
  return beganAt + leaseMs * RENEW_AFTER * (1 - JITTER * random);
}

/** Until when its holder may act on it. */
export function lostAt(beganAt: number, leaseMs: number): number {
  return beganAt + leaseMs * LOST_AFTER;
}

/** How long to wait before a request that failed is made again, in ms. */
export function retryMs(leaseMs: number, random: number): number {
  return leaseMs * RETRY_AFTER * (1 - random / 2);
}

export interface NameLeaseParts {
  readonly lease: Lease;
  readonly leaseMs: number;
  readonly clock: Clock;
  /** When the claim began. */
  readonly beganAt: number;
  random(): number;
  /** Rejects where the arbiter does not answer. */
  renew(lease: Lease): Promise<boolean>;
  /** Called once, where the lease ends without `end`. */
  lost(lease: NameLease, why: LeaseLoss): void;
}

/** The right of this node to a name, renewed for as long as it is wanted. */
export class NameLease implements ProcessLease {
  /** The process that acts on it; undefined until it is there. */
  ref: ProcessRef | undefined;
  private lastsUntil: number;
  private isOver = false;
  private timer: TimerHandle;

  constructor(private readonly parts: NameLeaseParts) {
    const { beganAt, leaseMs } = parts;
    this.lastsUntil = lostAt(beganAt, leaseMs);
    this.renewFrom(beganAt);
  }

  get name(): string {
    return this.parts.lease.name;
  }

  get epoch(): number {
    return this.parts.lease.epoch;
  }

  /** What the arbiter knows it by. */
  get lease(): Lease {
    return this.parts.lease;
  }

  check(): boolean {
    if (!this.isOver && this.parts.clock.now() >= this.lastsUntil) this.lose('unreachable');
    return !this.isOver;
  }

  lose(why: LeaseLoss): void {
    if (this.end()) this.parts.lost(this, why);
  }

  /** It is not wanted any more; false where it was over already. */
  end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.parts.clock.clearTimeout(this.timer);
    return true;
  }

  private renewFrom(beganAt: number): void {
    const { leaseMs, random } = this.parts;
    this.at(renewAt(beganAt, leaseMs, random()), () => void this.renew());
  }

  private async renew(): Promise<void> {
    if (!this.check()) return;
    const { clock, lease, leaseMs, renew, random } = this.parts;
    const beganAt = clock.now();
    this.at(this.lastsUntil, () => this.check());
    try {
      const goesOn = await renew(lease);
      if (!this.check()) return;
      if (!goesOn) return this.lose('over');
      this.lastsUntil = lostAt(beganAt, leaseMs);
      this.renewFrom(beganAt);
    } catch {
      // Who asks the arbiter tells of its failures, once for all leases.
      if (this.check()) this.at(clock.now() + retryMs(leaseMs, random()), () => void this.renew());
    }
  }

  /** One timer at a time: never later than the end. */
  private at(time: number, then: () => void): void {
    const { clock } = this.parts;
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(then, Math.max(0, Math.min(time, this.lastsUntil) - clock.now()));
  }
}
