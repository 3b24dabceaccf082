/** What a process holds for a time only: the right to act under a name. */
export interface ProcessLease {
  /** Grows with each holder. */
  readonly epoch: number;
  /** Whether it is still held. Where its time is over the process has lost it by the time this returns false. */
  check(): boolean;
}

/** Before each message: a process that was frozen may find that its time is over before a timer tells it so. */
export function checkLeases(leases: ReadonlySet<ProcessLease>): void {
  for (const lease of leases) lease.check();
}

/** Of the leases that are still held; undefined where there is none. */
export function greatestEpoch(leases: ReadonlySet<ProcessLease> | undefined): number | undefined {
  let greatest: number | undefined;
  for (const lease of leases ?? []) {
    if (lease.check() && lease.epoch > (greatest ?? 0)) greatest = lease.epoch;
  }
  return greatest;
}
