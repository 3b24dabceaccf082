/**
 * Processes across nodes, over any transport.
 *
 * @module @noex/cluster
 */
export {
  DEFAULT_CLUSTER_NAME,
  type ClusterNode,
  type ClusterOptions,
  type ClusterStatus,
  type DrainLedger,
  type DrainOptions,
} from './cluster-options.js';
export { Cluster } from './cluster.js';
export type { PeerStats } from './cluster-view.js';
export { planDrain, type DrainPlan } from './leave-plan.js';
export { ClusterGroups } from './groups/cluster-groups.js';
export { machineLoopDelay, noLoopDelay, type LoopDelay } from './membership/loop-delay.js';
export { Quorum, type QuorumRule } from './membership/quorum.js';
export { GlobalNames, type RegisterOptions } from './names/global-names.js';
export type { NameConflict, NameLoss, OnConflict } from './names/own-names.js';
export type { ClusterSpawnOptions } from './spawn-options.js';
export { DEFAULT_HEARTBEAT, type HeartbeatOptions } from './membership/heartbeat-options.js';
export type { Candidate, Placement } from './membership/placement.js';
export { PayloadCodec } from './wire/payload-codec.js';
