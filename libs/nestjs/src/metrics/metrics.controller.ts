import { Controller, Get, Header, Inject, VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { register as globalRegistry, Registry } from 'prom-client';
import { metricsPage } from './metrics-page.js';

/** Injects the `Registry` of this node, for metrics of one's own that shall not be shared between apps of one process. */
export const NOEX_METRICS_REGISTRY = Symbol('NOEX_METRICS_REGISTRY');

export interface MetricsController {
  page(): Promise<string>;
}

/**
 * A controller class of its own per call, since its path belongs to one app and decorators to a class. Without `path` it
 * serves nothing until {@link routeMetrics}.
 */
export function createMetricsController(path?: string): Type<MetricsController> {
  @Controller({ version: VERSION_NEUTRAL })
  class NoexMetricsController implements MetricsController {
    constructor(@Inject(NOEX_METRICS_REGISTRY) private readonly registry: Registry) {}

    @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
    @Header('Cache-Control', 'no-store')
    page(): Promise<string> {
      return metricsPage(this.registry, globalRegistry);
    }
  }
  if (path !== undefined) routeMetrics(NoexMetricsController, path);
  return NoexMetricsController;
}

/** Binds the path, at the latest while providers are made: Nest reads routes after them. */
export function routeMetrics({ prototype }: Type<MetricsController>, path: string): void {
  Get(path)(prototype, 'page', Object.getOwnPropertyDescriptor(prototype, 'page')!);
}
