import { Controller, Get, Header, Inject, Optional, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { register as globalRegistry, Registry } from 'prom-client';
import { getNoexToken } from '../nodes/node-token.js';
import { NOEX_METRICS_REGISTRY, NOEX_NODES_REGISTRIES } from '../tokens.js';
import { metricsPage } from './metrics-page.js';

export { NOEX_METRICS_REGISTRY };

/** Registries of nodes of one app that are shown on one page. */
export type NodesRegistries = () => readonly Registry[];

/** The route of the Prometheus page. */
export interface MetricsController {
  page(): Promise<string>;
}

/**
 * A controller class of its own per call, since its path belongs to one app and decorators to a class. Without `path` it
 * serves nothing until {@link routeMetrics}. `node`: name of the node in its app.
 */
export function createMetricsController(path?: string, node?: string): Type<MetricsController> {
  @Controller({ version: VERSION_NEUTRAL })
  class NoexMetricsController implements MetricsController {
    constructor(
      @Inject(getNoexToken(NOEX_METRICS_REGISTRY, node)) private readonly registry: Registry,
      @Optional()
      @Inject(getNoexToken(NOEX_NODES_REGISTRIES, node))
      private readonly registries?: NodesRegistries,
    ) {}

    @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
    @Header('Cache-Control', 'no-store')
    page(): Promise<string> {
      return metricsPage(this.registries?.() ?? [this.registry], globalRegistry);
    }
  }
  if (path !== undefined) routeMetrics(NoexMetricsController, path);
  return NoexMetricsController;
}

/** Binds the path, at the latest while providers are made: Nest reads routes after them. */
export function routeMetrics({ prototype }: Type<MetricsController>, path: string): void {
  Get(path)(prototype, 'page', Object.getOwnPropertyDescriptor(prototype, 'page')!);
}
