import { HttpException } from '@nestjs/common';
import { register as sharedRegistry, Registry } from 'prom-client';
import { healthRoutes, type HealthPaths, type HealthRoute } from '../health/health-paths.js';
import type { NodesRegistries } from '../metrics/metrics.controller.js';
import { metricsPage } from '../metrics/metrics-page.js';
import type { ManagementServer } from './management-server.js';

/** Serves health as the app's own port would. */
export function routeHealthTo(
  server: ManagementServer,
  paths: HealthPaths,
  probes: Record<HealthRoute, () => unknown>,
): void {
  for (const [path, route] of healthRoutes(paths)) {
    server.route('GET', path, async () => {
      try {
        return { status: 200, body: await probes[route]() };
      } catch (error) {
        if (!(error instanceof HttpException)) throw error;
        return { status: error.getStatus(), body: error.getResponse() };
      }
    });
  }
}

/** Serves the Prometheus page as the app's own port would. */
export function routeMetricsTo(server: ManagementServer, path: string, registries: NodesRegistries): void {
  const headers = { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE };
  server.route('GET', path, async () => ({
    status: 200,
    body: await metricsPage(registries(), sharedRegistry),
    headers,
  }));
}
