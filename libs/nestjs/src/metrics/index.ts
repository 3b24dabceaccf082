export { METRICS, type Metric } from './metric-names.js';
export type {
  CanaryTotals,
  Counts,
  MetricsSource,
  PeerNumbers,
  Place,
  ProcessCensus,
  ServedCalls,
} from './metrics-source.js';
export {
  createMetricsController,
  NOEX_METRICS_REGISTRY,
  routeMetrics,
  type MetricsController,
} from './metrics.controller.js';
export {
  createMetricsModule,
  createMetricsModuleAsync,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
} from './metrics.module.js';
export { createNodeRegistry } from './node-registry.js';
