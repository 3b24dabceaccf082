import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { getNoexToken } from '../nodes/node-token.js';
import { scopedProviders } from '../nodes/scoped-providers.js';
import { NOEX_HEALTH_SOURCE, NOEX_NODES_HEALTH } from '../tokens.js';
import { createHealthController, routeHealth } from './health.controller.js';
import type { HealthPaths } from './health-paths.js';
import { HealthProbes } from './health-probes.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';

/** What its providers inject of a node. */
const SOURCES = [NOEX_HEALTH_SOURCE, NOEX_NODES_HEALTH];

/** Holds the health routes of one app; made by {@link createHealthModule} or {@link createHealthModuleAsync}. */
@Module({})
export class NoexHealthModule {}

/** Where the probes are served and what they ask. */
export interface HealthModuleOptions extends HealthPaths {
  /** Modules that export `NOEX_HEALTH_SOURCE`, where no global module provides it. */
  readonly imports?: ModuleMetadata['imports'];
}

/** The same, where the paths are known once the app starts. */
export interface HealthModuleAsyncOptions {
  /** Modules that export `NOEX_HEALTH_SOURCE` and what is injected, where no global module provides them. */
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  /** The paths; `false` serves no route and leaves the indicator. */
  readonly useFactory: FactoryProvider<HealthPaths | false>['useFactory'];
  /** Name of the node in its app, where it has one: its providers then have tokens of their own. */
  readonly node?: string;
}

/** The health routes and the indicator of one app. */
export function createHealthModule({ imports, ...paths }: HealthModuleOptions): DynamicModule {
  return createHealthModuleAsync({ imports, useFactory: () => paths });
}

/** The same with paths from a factory, for instance of `NOEX_OPTIONS`: checked, and known only once the app starts. */
export function createHealthModuleAsync(options: HealthModuleAsyncOptions): DynamicModule {
  const { imports = [], inject = [], useFactory, node } = options;
  const controller = createHealthController(undefined, node);
  const routes: FactoryProvider = {
    provide: Symbol('health routes'),
    inject,
    useFactory: async (...injected: unknown[]) => {
      const paths = await useFactory(...injected);
      if (paths) routeHealth(controller, paths);
      return paths;
    },
  };
  return {
    module: NoexHealthModule,
    // Terminus would log every probe of a node that starts or drains as an error.
    imports: [...imports, TerminusModule.forRoot({ logger: false })],
    controllers: [controller],
    providers: [routes, ...scopedProviders([NoexHealthIndicator, HealthProbes], node, SOURCES)],
    exports: [NoexHealthIndicator, HealthProbes].map((token) => getNoexToken(token, node)),
  };
}
