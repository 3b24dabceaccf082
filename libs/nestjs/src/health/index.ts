/**
 * The probes by themselves, for an app that serves them its own way.
 *
 * @module @noex/nestjs/health
 */
export type { HealthSource, NodesHealth } from './health-source.js';
export type { HealthPaths, HealthRoute } from './health-paths.js';
export { HealthProbes, type LiveAnswer } from './health-probes.js';
export type { Finding, Readiness, ReadinessState } from './readiness.js';
export { createHealthController, routeHealth, type HealthController } from './health.controller.js';
export {
  createHealthModule,
  createHealthModuleAsync,
  NoexHealthModule,
  type HealthModuleAsyncOptions,
  type HealthModuleOptions,
} from './health.module.js';
export { NoexHealthIndicator } from './noex.health-indicator.js';
