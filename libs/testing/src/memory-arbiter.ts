import {
  systemClock,
  type Arbiter,
  type ArbiterHost,
  type Clock,
  type Lease,
  type Taken,
} from '@noex/contracts';

/** How the leases of an arbiter in memory run. */
export interface MemoryArbiterOptions {
  /** In milliseconds. Default 15 000. */
  readonly leaseMs?: number;
  /** Default: that of the node that starts first, which in a test cluster is virtual. */
  readonly clock?: Clock;
}

/** `requests`: what a node asks does not reach the store. `answers`: it does, and the node does not hear what came of it. */
export type LostWith = 'requests' | 'answers';

interface Held {
  readonly lease: Lease;
  endsAt: number;
}

/** An arbiter in memory: give one to all nodes of a test. */
export function memoryArbiter(options: MemoryArbiterOptions = {}): MemoryArbiter {
  return new MemoryArbiter(options);
}

/** The store of all nodes that share it, and what can happen to it. */
export class MemoryArbiter implements Arbiter {
  readonly id: string;
  readonly leaseMs: number;
  private clock: Clock | undefined;
  private lastEpoch = 0;
  private readonly leases = new Map<string, Held>();
  private readonly cutOff = new Map<string, LostWith>();

  constructor({ leaseMs = 15_000, clock }: MemoryArbiterOptions = {}) {
    this.leaseMs = leaseMs;
    this.clock = clock;
    this.id = `memory ${Math.random().toString(36).slice(2)}, lease ${leaseMs} ms`;
  }

  /** From now on the store fails for this node. */
  cut(node: string, lost: LostWith = 'requests'): void {
    this.cutOff.set(node, lost);
  }

  /** The node reaches the store again; without one, all do. */
  heal(node?: string): void {
    if (node === undefined) this.cutOff.clear();
    else this.cutOff.delete(node);
  }

  /** Names that have a lease now, with its holder. */
  holders(): Record<string, string> {
    const live = [...this.leases.keys()].filter((name) => this.live(name));
    return Object.fromEntries(live.map((name) => [name, this.leases.get(name)!.lease.holder]));
  }

  async start({ clock }: ArbiterHost): Promise<void> {
    this.clock ??= clock;
  }

  claim(name: string, holder: string): Promise<Lease | Taken> {
    return this.answer(holder, () => {
      const held = this.live(name);
      if (held) return { taken: { holder: held.lease.holder, epoch: held.lease.epoch } };
      const lease = { name, holder, epoch: ++this.lastEpoch };
      this.leases.set(name, { lease, endsAt: this.now() + this.leaseMs });
      return lease;
    });
  }

  renew(lease: Lease): Promise<boolean> {
    return this.answer(lease.holder, () => {
      const held = this.live(lease.name);
      if (held?.lease.epoch !== lease.epoch) return false;
      held.endsAt = this.now() + this.leaseMs;
      return true;
    });
  }

  release(lease: Lease): Promise<void> {
    return this.answer(lease.holder, () => {
      if (this.live(lease.name)?.lease.epoch === lease.epoch) this.leases.delete(lease.name);
    });
  }

  /** Others may go on to use it. */
  async close(): Promise<void> {}

  private async answer<T>(node: string, work: () => T): Promise<T> {
    const lost = this.cutOff.get(node);
    const answer = lost === 'requests' ? undefined : work();
    if (lost) throw new Error(`the arbiter in memory is cut off from node "${node}" (${lost})`);
    return answer as T;
  }

  private live(name: string): Held | undefined {
    const held = this.leases.get(name);
    if (!held || this.now() < held.endsAt) return held;
    this.leases.delete(name);
    return undefined;
  }

  private now(): number {
    return (this.clock ?? systemClock).now();
  }
}
