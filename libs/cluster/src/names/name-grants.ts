import type { ProcessRef } from '@noex/contracts';
import type { NameLease } from './name-lease.js';

/** A name that is kept for this node, until it is registered or given back. */
export interface NameGrant {
  readonly name: string;
  /** How long the name may be held; undefined where that ends with the registration alone. */
  readonly lease: NameLease | undefined;
  /** Whether it still counts: who has granted it may not be the one to ask any more, and its time may be over. */
  isCurrent(): boolean;
  /** From now on the process acts on the lease. */
  bind(ref: ProcessRef): void;
  /** The name is not wanted any more. */
  release(): void;
}

/** Decides who may register a name. */
export interface NameGrants {
  /**
   * `ref` is undefined while the process is yet to be started. Rejects with NameTakenError or, when nobody decided until `deadline` (on
   * this node's clock), NameClaimTimeoutError.
   */
  claim(name: string, ref: ProcessRef | undefined, deadline: number): Promise<NameGrant>;
}
