import type { SpawnOptions } from '@noex/runtime';
import type { Placement } from './membership/placement.js';

/** What the node that starts a process needs to know. */
export interface NodeSpawnOptions<Args = unknown> extends SpawnOptions<Args> {
  /**
   * Makes the process the only one of this name in the cluster: the name is reserved before it is started and registered once
   * `init` has finished; `timeoutMs` is for all of it together. Rejects with NameTakenError, whose `data.holder` is the process
   * that has it (or `data.node` the node that is starting it), with NoQuorumError or NameClaimTimeoutError; then no process is left. One that loses the name when a partition
   * heals is stopped.
   */
  readonly globalName?: string;
}

/** How and where a process is started. */
export interface ClusterSpawnOptions<Args = unknown> extends NodeSpawnOptions<Args> {
  /** Where. Default `least-loaded`. */
  readonly on?: Placement;
}
