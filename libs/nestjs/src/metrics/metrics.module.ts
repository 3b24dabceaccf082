import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { AppNodes } from '../nodes/app-nodes.js';
import { getNoexToken } from '../nodes/node-token.js';
import { scopedProviders } from '../nodes/scoped-providers.js';
import { NOEX_METRICS_SOURCE } from '../tokens.js';
import { createMetricsController, NOEX_METRICS_REGISTRY, routeMetrics } from './metrics.controller.js';
import type { MetricsSource } from './metrics-source.js';
import { createNodeRegistry } from './node-registry.js';

/** Where the page is served and what it reads. */
export interface MetricsModuleOptions {
  /** HTTP path of the page. Default `metrics`. */
  readonly path?: string;
  /** Modules that export `NOEX_METRICS_SOURCE`, where no global module provides it. */
  readonly imports?: ModuleMetadata['imports'];
}

/** The same, where the path is known once the app starts. */
export interface MetricsModuleAsyncOptions {
  /** Modules that export `NOEX_METRICS_SOURCE` and what is injected, where no global module provides them. */
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  /** The path of the page; `false` serves none and leaves the registry. */
  readonly useFactory: FactoryProvider<{ readonly path: string } | false>['useFactory'];
  /** Name of the node in its app, where it has one: its metrics then have it as the label `node`, and its registry has a token of its own. */
  readonly node?: string;
}

/**
 * PrometheusModule with the metrics of one node. Its providers (`makeCounterProvider`, …) work as usual and appear on
 * the same page; they live in prom-client's global registry, which all apps of one OS process share.
 */
export function createMetricsModule({ path = 'metrics', imports }: MetricsModuleOptions = {}): DynamicModule {
  return createMetricsModuleAsync({ imports, useFactory: () => ({ path }) });
}

/** The same with a path from a factory, for instance of `NOEX_OPTIONS`: checked, and known only once the app starts. */
export function createMetricsModuleAsync(options: MetricsModuleAsyncOptions): DynamicModule {
  const { imports = [], inject = [], useFactory, node } = options;
  const controller = createMetricsController(undefined, node);
  const prometheus = PrometheusModule.register({
    controller,
    // PrometheusModule writes it onto the controller; ours stands at its handler, since it is known later.
    path: '/',
    // They would land in the global registry, which a second app of this process cannot fill again.
    defaultMetrics: { enabled: false },
  });
  const route: FactoryProvider = {
    provide: Symbol('metrics route'),
    inject,
    useFactory: async (...injected: unknown[]) => {
      const page = await useFactory(...injected);
      if (page) routeMetrics(controller, page.path);
      return page;
    },
  };
  const registry: FactoryProvider = {
    provide: NOEX_METRICS_REGISTRY,
    inject: [NOEX_METRICS_SOURCE, { token: AppNodes, optional: true }],
    // Those of the OS process are shown once.
    useFactory: (source: MetricsSource, nodes?: AppNodes) =>
      createNodeRegistry(source, { node, processMetrics: nodes?.leads ?? true }),
  };
  return {
    ...prometheus,
    imports,
    providers: [
      ...(prometheus.providers ?? []),
      route,
      ...scopedProviders([registry], node, [NOEX_METRICS_SOURCE, AppNodes]),
    ],
    exports: [...(prometheus.exports ?? []), getNoexToken(NOEX_METRICS_REGISTRY, node)],
  };
}
