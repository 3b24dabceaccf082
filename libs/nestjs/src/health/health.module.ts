import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { createHealthController, routeHealth } from './health.controller.js';
import type { HealthPaths } from './health-paths.js';
import { HealthProbes } from './health-probes.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';

/** Holds the health routes of one app; made by {@link createHealthModule} or {@link createHealthModuleAsync}. */
@Module({})
export class NoexHealthModule {}

export interface HealthModuleOptions extends HealthPaths {
  /** Modules that export `NOEX_HEALTH_SOURCE`, where no global module provides it. */
  readonly imports?: ModuleMetadata['imports'];
}

export interface HealthModuleAsyncOptions {
  /** Modules that export `NOEX_HEALTH_SOURCE` and what is injected, where no global module provides them. */
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  /** The paths; `false` serves no route and leaves the indicator. */
  readonly useFactory: FactoryProvider<HealthPaths | false>['useFactory'];
}

/** The health routes and the indicator of one app. */
export function createHealthModule({ imports, ...paths }: HealthModuleOptions): DynamicModule {
  return createHealthModuleAsync({ imports, useFactory: () => paths });
}

/** The same with paths from a factory, for instance of `NOEX_OPTIONS`: checked, and known only once the app starts. */
export function createHealthModuleAsync(options: HealthModuleAsyncOptions): DynamicModule {
  const { imports = [], inject = [], useFactory } = options;
  const controller = createHealthController();
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
    providers: [NoexHealthIndicator, HealthProbes, routes],
    exports: [NoexHealthIndicator, HealthProbes],
  };
}
