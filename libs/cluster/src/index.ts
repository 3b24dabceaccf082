export {
  DEFAULT_CLUSTER_NAME,
  type ClusterNode,
  type ClusterOptions,
  type ClusterStatus,
  type DrainLedger,
} from './cluster-options.js';
export { FRAME_OVERHEAD_BYTES } from './cluster-options.js';
export { Cluster } from './cluster.js';
export type { ClusterSpawnOptions } from './spawner.js';
export { DEFAULT_HEARTBEAT, type HeartbeatOptions } from './membership/failure-detector.js';
export type { Candidate, Placement } from './membership/placement.js';
export { PayloadCodec } from './wire/payload-codec.js';
