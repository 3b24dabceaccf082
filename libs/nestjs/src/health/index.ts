export type { HealthSource } from './health-source.js';
export {
  createHealthController,
  routeHealth,
  type HealthController,
  type HealthPaths,
} from './health.controller.js';
export {
  createHealthModule,
  createHealthModuleAsync,
  NoexHealthModule,
  type HealthModuleAsyncOptions,
  type HealthModuleOptions,
} from './health.module.js';
export { NoexHealthIndicator } from './noex.health-indicator.js';
