import type { Cluster } from '@noex/cluster';
import type { HealthProbes } from '../health/health-probes.js';
import type { NodesRegistries } from '../metrics/metrics.controller.js';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import type { ManagementApi } from './api/management-api.js';
import { routeHealthTo, routeMetricsTo } from './management-routes.js';
import { ManagementServer } from './management-server.js';

/** The management server of one app with all that its options move there. */
export function createManagementServer(
  { management, health, metrics }: ResolvedNoexOptions,
  { node }: Cluster,
  probes: HealthProbes,
  registries: NodesRegistries,
  api: ManagementApi,
): ManagementServer {
  const server = new ManagementServer(management || undefined, node.logger);
  if (health) routeHealthTo(server, health, probes);
  if (metrics) routeMetricsTo(server, metrics.path, registries);
  api.routeTo(server);
  return server;
}
