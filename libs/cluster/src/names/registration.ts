import type { ProcessRef } from '@noex/contracts';

/** A name in the cluster and the process that holds it. */
export interface Registration {
  readonly name: string;
  readonly ref: ProcessRef;
  /**
   * Lamport time of the registration: greater than that of every registration its node knew of before it. With an arbiter the epoch of
   * its lease.
   */
  readonly epoch: number;
}

/**
 * The one rule by which every node decides a conflict alike: negative when `a` keeps the name, positive when `b` does, 0 for the
 * same registration. The earlier one stays; of two that did not know of each other (each side of a partition) "earlier" is
 * settled by Lamport time (Lamport 1978), then by node name, incarnation and process number. Wall clocks have no say.
 */
export function compareRegistrations(a: Registration, b: Registration): number {
  return (
    a.epoch - b.epoch ||
    compareTexts(a.ref.node, b.ref.node) ||
    a.ref.incarnation - b.ref.incarnation ||
    a.ref.id - b.ref.id
  );
}

/** The rule where an arbiter decides: the later lease keeps the name, since no other was left when it was given. */
export function compareLeases(a: Registration, b: Registration): number {
  return b.epoch - a.epoch || compareRegistrations(a, b);
}

/** By code units, so that no node's locale has a say either. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
