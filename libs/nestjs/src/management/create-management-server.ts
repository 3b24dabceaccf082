import type { Registry } from 'prom-client';
import type { Cluster } from '@noex/cluster';
import type { HealthProbes } from '../health/health-probes.js';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import { routeHealthTo, routeMetricsTo } from './management-routes.js';
import { ManagementServer } from './management-server.js';

/** The management server of one app with all that its options move there. */
export function createManagementServer(
  { management, health, metrics }: ResolvedNoexOptions,
  { node }: Cluster,
  probes: HealthProbes,
  registry: Registry,
): ManagementServer {
  const server = new ManagementServer(management || undefined, node.logger);
  if (health) routeHealthTo(server, health, probes);
  if (metrics) routeMetricsTo(server, metrics.path, registry);
  return server;
}
