/**
 * The Prometheus page by itself, for an app that serves it its own way.
 *
 * @module @noex/nestjs/metrics
 */
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
  type NodesRegistries,
} from './metrics.controller.js';
export {
  createMetricsModule,
  createMetricsModuleAsync,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
} from './metrics.module.js';
export { createNodeRegistry, type NodeRegistryOptions } from './node-registry.js';
