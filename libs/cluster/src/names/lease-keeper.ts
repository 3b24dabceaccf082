import {
  arbiterFeature,
  ClusterStartError,
  DrainingError,
  isName,
  NameClaimTimeoutError,
  NameTakenError,
  type Arbiter,
  type Lease,
  type ProcessRef,
  type Taken,
} from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import { Waits } from '../waits.js';
import { tooLate } from './claimant.js';
import { nameTaken } from './mesh-arbiter.js';
import { NameLease, retryMs, type LeaseLoss } from './name-lease.js';
import type { NameGrant, NameGrants } from './name-grants.js';
import type { NameTable } from './name-table.js';
import type { OnLost } from './name-wire.js';

/** How long a node that leaves waits for its names to be given back, and for the arbiter to close, in ms. */
const CLOSE_MS = 1_000;

export interface LeaseKeeperParts {
  readonly node: LocalNode;
  readonly arbiter: Arbiter;
  readonly table: NameTable;
  random(): number;
  /** The name is not its process' any more; gives what becomes of that. */
  lost(lease: NameLease): OnLost;
}

/** Names by an arbiter: asks it for them, and keeps what it grants for as long as it is wanted and can be renewed. */
export class LeaseKeeper implements NameGrants {
  private readonly releasing = new Set<Promise<void>>();
  private readonly waits: Waits;
  private isReachable = true;

  constructor(private readonly parts: LeaseKeeperParts) {
    this.waits = new Waits(parts.node.clock);
  }

  /** Rejects with ClusterStartError. */
  async start(): Promise<void> {
    const { arbiter, node } = this.parts;
    const { clock, logger } = node;
    try {
      if (!(arbiter.leaseMs > 0)) throw new Error(`its leaseMs is ${arbiter.leaseMs}`);
      await arbiter.start({ node: node.id, clock, logger });
      // It is told to peers.
      if (!isName(arbiterFeature(arbiter.id)))
        throw new Error('its id is not one line of less than 250 characters');
    } catch (error) {
      if (error instanceof ClusterStartError) throw error;
      throw new ClusterStartError(
        `the arbiter of unique names (${arbiter.id}) did not start: ${textOf(error)}`,
        { arbiter: arbiter.id },
        { cause: error },
      );
    }
  }

  /** Rejects with DrainingError besides. */
  async claim(name: string, ref: ProcessRef | undefined, deadline: number): Promise<NameGrant> {
    const { clock } = this.parts.node;
    for (;;) {
      const beganAt = clock.now();
      const { answer, error } = await this.askFor(name, deadline);
      if (this.waits.areCutShort) throw leaves(name, this.parts.node.id);
      if (answer && 'taken' in answer) throw this.taken(name, answer);
      if (answer) {
        const grant = this.grant(answer, beganAt);
        if (grant.isCurrent()) return grant;
        grant.release();
      }
      const { leaseMs } = this.parts.arbiter;
      if (error)
        await this.waits.sleep(Math.min(retryMs(leaseMs, this.parts.random()), deadline - clock.now()));
      if (clock.now() >= deadline) throw error ? this.noAnswer(name, error) : tooLate(name);
    }
  }

  /** One question, for as long as there is time; what comes of it later is given back. */
  private async askFor(name: string, deadline: number): Promise<{ answer?: Lease | Taken; error?: Error }> {
    const { arbiter, node } = this.parts;
    let isLate = false;
    let outcome: { answer?: Lease | Taken; error?: Error } = {};
    const asked = this.ask(() => arbiter.claim(name, node.id)).then(
      (answer) => {
        if (!isLate) outcome = { answer };
        else if (!('taken' in answer)) this.giveBack(answer);
      },
      (error: unknown) =>
        void (outcome = { error: error instanceof Error ? error : new Error(textOf(error)) }),
    );
    await this.waits.within(deadline - node.clock.now(), asked);
    isLate = outcome.answer === undefined;
    return outcome;
  }

  private grant(lease: Lease, beganAt: number): NameGrant {
    const { arbiter, node, random } = this.parts;
    const kept = new NameLease({
      lease,
      leaseMs: arbiter.leaseMs,
      clock: node.clock,
      beganAt,
      random,
      renew: (renewed) => this.ask(() => arbiter.renew(renewed)),
      lost: (lost, why) => this.lost(lost, why),
    });
    return {
      name: lease.name,
      lease: kept,
      isCurrent: () => kept.check(),
      bind: (ref) => this.bind(kept, ref),
      release: () => this.release(kept),
    };
  }

  private bind(lease: NameLease, ref: ProcessRef): void {
    lease.ref = ref;
    this.parts.node.addLease(ref, lease);
  }

  /** The lease is not needed any more. */
  release(lease: NameLease): void {
    if (!lease.end()) return;
    if (lease.ref) this.parts.node.removeLease(lease.ref, lease);
    this.giveBack(lease.lease);
  }

  private lost(lease: NameLease, why: LeaseLoss): void {
    const { node, arbiter } = this.parts;
    const { name, ref, epoch } = lease;
    if (ref) node.removeLease(ref, lease);
    const fate = this.parts.lost(lease);
    const process = ref?.toString();
    node.logger.warn(
      `the global name "${name}" is lost (${LOSSES[why]}): ${process ? `process ${process} gives it up (${fate})` : 'nobody had it yet'}`,
      { event: 'name_lease_lost', name, epoch, why, process, arbiter: arbiter.id },
    );
    // What is under way of the process ends first. The lease of one that lives on ends by itself.
    if (!ref) this.giveBack(lease.lease);
    else if (fate === 'stop') node.monitor(ref, () => this.giveBack(lease.lease));
  }

  private giveBack(lease: Lease): void {
    // One that fails ends by itself.
    const released = this.ask(() => this.parts.arbiter.release(lease)).catch(() => {});
    const entry = released.then(() => void this.releasing.delete(entry));
    this.releasing.add(entry);
  }

  /** Whatever asks the arbiter goes through here, so that its absence is told once. */
  private async ask<T>(request: () => Promise<T>): Promise<T> {
    const { logger } = this.parts.node;
    const { id: arbiter, leaseMs } = this.parts.arbiter;
    try {
      const answer = await request();
      if (!this.isReachable)
        logger.info('the arbiter of unique names answers again', { event: 'arbiter_back', arbiter });
      this.isReachable = true;
      return answer;
    } catch (error) {
      if (this.isReachable && !this.waits.areCutShort) {
        logger.warn(
          `the arbiter of unique names does not answer; names are lost ${Math.round((leaseMs * 2) / 3)} ms after their last renewal`,
          { event: 'arbiter_unreachable', arbiter, error },
        );
      }
      this.isReachable = false;
      throw error;
    }
  }

  private taken(name: string, { taken: { holder, epoch } }: Taken): NameTakenError {
    const known = this.parts.table.find(name);
    if (known?.epoch === epoch) return nameTaken(name, known.ref);
    const { leaseMs } = this.parts.arbiter;
    return new NameTakenError(
      `the global name "${name}" is taken by node "${holder}", which is starting its process, or has gone: then it is free in ${leaseMs} ms at most`,
      { name, node: holder, epoch, leaseMs },
    );
  }

  private noAnswer(name: string, cause: Error): NameClaimTimeoutError {
    const { id: arbiter } = this.parts.arbiter;
    return new NameClaimTimeoutError(
      `the arbiter of unique names (${arbiter}) did not answer for the global name "${name}" in time, last: ${textOf(cause)}; it is not registered`,
      { name, arbiter },
      { cause },
    );
  }

  /** This node has left, and its processes have ended. */
  async close(): Promise<void> {
    const { arbiter, node } = this.parts;
    this.waits.cutShort();
    const closing = new Waits(node.clock);
    await closing.within(CLOSE_MS, Promise.all(this.releasing));
    await closing.within(
      CLOSE_MS,
      this.ask(() => arbiter.close()),
    );
  }
}

const LOSSES: Record<LeaseLoss, string> = {
  unreachable: 'its lease could not be renewed in time',
  over: 'the arbiter says that its lease is over',
  outranked: 'another node has a later lease',
};

function leaves(name: string, node: string): DrainingError {
  return new DrainingError(`node "${node}" leaves the cluster; "${name}" is not registered`, { name, node });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
