import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

/**
 * The port to a store that decides, for all nodes of a cluster, who has a name (Gray and Cheriton 1989, "Leases"; fencing tokens as in
 * Burrows 2006, "The Chubby lock service").
 *
 * Every adapter promises, and one compliance suite checks:
 *
 * - A name has one lease at a time. It ends by its release, or by itself `leaseMs` after its last renewal; seen from its holder, `leaseMs`
 *   after the renewal that succeeded last *began*, or later, but never before.
 * - Epochs of all names come from one sequence that only grows: of two leases the later one has the greater epoch, whatever their names.
 *   So the greatest epoch of a process that holds several names fences it as well as that of each name would.
 * - Every method settles within a third of `leaseMs`. It rejects where the store does not answer or answers with a failure, which is
 *   distinct from "taken": then what was asked for may have happened. A lease whose claim rejected is given back or ends by itself.
 */
export interface Arbiter {
  /**
   * Which arbiter it is, on one line and without credentials. Nodes whose arbiters differ in it refuse each other: two stores that both
   * decide would be none.
   */
  readonly id: string;
  /** In milliseconds. Longer outlives longer outages of the store, and keeps the names of a crashed node for longer. */
  readonly leaseMs: number;
  /** Called before anything else. Rejects with ClusterStartError where the store is not there or cannot do what is promised here. */
  start(host: ArbiterHost): Promise<void>;
  /** Takes a name that nobody has, or says who has it. `holder` is shown to others who ask for it. */
  claim(name: string, holder: string): Promise<Lease | Taken>;
  /** True: it lasts for another `leaseMs` from now on. False: it is over, released or run out, and the name may be another's. */
  renew(lease: Lease): Promise<boolean>;
  /** Ends a lease before its time. Nothing happens where it is over already, whoever has the name now. */
  release(lease: Lease): Promise<void>;
  /** Ends what is under way and lets go of the store. Leases that were not released end by themselves. */
  close(): Promise<void>;
}

/** The node that an arbiter works for. */
export interface ArbiterHost {
  /** Its name. */
  readonly node: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The right to a name, for a time. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  /** The same through all its renewals. A whole number above 0, at most 2^52. */
  readonly epoch: number;
}

/** Why a claim got no lease: the name has one. */
export interface Taken {
  readonly taken: {
    readonly holder: string;
    readonly epoch: number;
  };
}
