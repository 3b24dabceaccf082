import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  type ModuleMetadata,
  type OptionalFactoryDependency,
  type Provider,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { Logger } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { BehaviorExplorer } from './behavior/behavior.explorer.js';
import { Canary } from './canary/canary.js';
import { createCluster } from './cluster.factory.js';
import { createPropagation } from './context/create-propagation.js';
import { Propagation } from './context/propagation.js';
import { EnhancerFinder } from './enhancers/bound-enhancers.js';
import { HealthProbes } from './health/health-probes.js';
import { createHealthModuleAsync } from './health/health.module.js';
import { NodeHealth } from './health/node-health.js';
import { NestLoggerAdapter } from './logging/nest-logger.adapter.js';
import { createManagementServer } from './management/create-management-server.js';
import { ManagementServer } from './management/management-server.js';
import { NOEX_METRICS_REGISTRY } from './metrics/metrics.controller.js';
import { createMetricsModuleAsync } from './metrics/metrics.module.js';
import { NoexOrchestrator } from './noex.orchestrator.js';
import type { NoexModuleOptions } from './options/noex-options.js';
import { resolveNoexOptions } from './options/resolve-options.js';
import type { ResolvedNoexOptions } from './options/resolved-options.js';
import { ClusterService } from './services/cluster.service.js';
import { GlobalRegistryService } from './services/global-registry.service.js';
import { metricsSource } from './services/metrics-source.js';
import { ProcessGroupsService } from './services/process-groups.service.js';
import { RemoteCallService } from './services/remote-call.service.js';
import { RemoteMonitorService } from './services/remote-monitor.service.js';
import { RemoteSpawnService } from './services/remote-spawn.service.js';
import { DrainHooks } from './shutdown/drain-hooks.js';
import { Shutdown } from './shutdown/shutdown.js';
import { RootSupervisor } from './supervision/root-supervisor.js';
import { SupervisionService } from './supervision/supervision.service.js';
import { NOEX_CANARY, NOEX_HEALTH_SOURCE, NOEX_METRICS_SOURCE, NOEX_OPTIONS } from './tokens.js';

export interface NoexOptionsFactory {
  createNoexOptions(): NoexModuleOptions | Promise<NoexModuleOptions>;
}

export interface NoexModuleAsyncOptions {
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever `inject` names
  readonly useFactory?: (...args: any[]) => NoexModuleOptions | Promise<NoexModuleOptions>;
  readonly useClass?: Type<NoexOptionsFactory>;
  readonly useExisting?: Type<NoexOptionsFactory>;
}

const GIVEN_OPTIONS = Symbol('NOEX_GIVEN_OPTIONS');
const LIBRARY_LOGGER = Symbol('NOEX_LOGGER');
const FEATURE = Symbol('NOEX_FEATURE');
const SERVICES = [
  ClusterService,
  RemoteCallService,
  RemoteSpawnService,
  RemoteMonitorService,
  GlobalRegistryService,
  ProcessGroupsService,
  SupervisionService,
];

/** What `NoexModule.forFeature()` gives. */
@Module({})
export class NoexFeatureModule {}

/** START HERE. Makes the app a node of the cluster. Import it once, in the root module; its services are then global. */
@Module({})
export class NoexModule {
  /** Options given here win over the environment. Wrong ones fail the app's start with one InvalidOptionsError. */
  static forRoot(options: NoexModuleOptions = {}): DynamicModule {
    return assemble({ provide: GIVEN_OPTIONS, useFactory: () => options });
  }

  /** As `forRoot`, with options from a factory. */
  static forRootAsync(options: NoexModuleAsyncOptions): DynamicModule {
    return assemble(asyncOptions(options), options.useClass ? [options.useClass] : [], options.imports);
  }

  /**
   * Names behaviors that are among the providers of the module that imports this. That alone makes them known; but those of a module
   * that is loaded while the app runs (`LazyModuleLoader`) become so, here and to peers, only by this.
   */
  static forFeature(behaviors: readonly Type[]): DynamicModule {
    const announcement = {
      provide: FEATURE,
      inject: [BehaviorExplorer],
      useFactory: (explorer: BehaviorExplorer) => explorer.announce(behaviors),
    };
    return { module: NoexFeatureModule, providers: [announcement] };
  }
}

function asyncOptions({
  useFactory,
  useClass,
  useExisting,
  inject = [],
}: NoexModuleAsyncOptions): FactoryProvider {
  if (useFactory) return { provide: GIVEN_OPTIONS, inject, useFactory };
  const source = useClass ?? useExisting;
  if (!source) throw new TypeError('NoexModule.forRootAsync() needs useFactory, useClass or useExisting');
  return {
    provide: GIVEN_OPTIONS,
    inject: [source],
    useFactory: (factory: NoexOptionsFactory) => factory.createNoexOptions(),
  };
}

function assemble(
  given: FactoryProvider,
  helpers: readonly Provider[] = [],
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  const inject = [NOEX_OPTIONS];
  const onThisPort = <T>(routes: T, { management }: ResolvedNoexOptions) =>
    management ? (false as const) : routes;
  const health = createHealthModuleAsync({
    inject,
    useFactory: (options: ResolvedNoexOptions) => onThisPort(options.health, options),
  });
  const metrics = createMetricsModuleAsync({
    inject,
    useFactory: (options: ResolvedNoexOptions) => onThisPort(options.metrics, options),
  });
  return {
    module: NoexModule,
    global: true,
    imports: [...imports, DiscoveryModule, health, metrics],
    providers: [
      ...helpers,
      given,
      {
        provide: NOEX_OPTIONS,
        inject: [GIVEN_OPTIONS],
        useFactory: (options: NoexModuleOptions) => resolveNoexOptions(options, process.env),
      },
      { provide: LIBRARY_LOGGER, useFactory: () => new NestLoggerAdapter() },
      {
        provide: Cluster,
        inject: [NOEX_OPTIONS, LIBRARY_LOGGER],
        useFactory: (options: ResolvedNoexOptions, logger: Logger) => createCluster(options, logger),
      },
      NodeHealth,
      {
        provide: NOEX_CANARY,
        inject: [Cluster, NOEX_OPTIONS],
        useFactory: (cluster: Cluster, { canary }: ResolvedNoexOptions) =>
          canary ? new Canary(cluster, canary) : undefined,
      },
      { provide: NOEX_HEALTH_SOURCE, useExisting: NodeHealth },
      {
        provide: NOEX_METRICS_SOURCE,
        inject: [Cluster, NodeHealth, { token: NOEX_CANARY, optional: true }],
        useFactory: metricsSource,
      },
      {
        provide: ManagementServer,
        inject: [NOEX_OPTIONS, Cluster, HealthProbes, NOEX_METRICS_REGISTRY],
        useFactory: createManagementServer,
      },
      ...SERVICES,
      EnhancerFinder,
      { provide: Propagation, inject: [NOEX_OPTIONS, Cluster], useFactory: createPropagation },
      BehaviorExplorer,
      RootSupervisor,
      DrainHooks,
      Shutdown,
      NoexOrchestrator,
    ],
    exports: [
      ...SERVICES,
      BehaviorExplorer,
      NOEX_OPTIONS,
      NOEX_HEALTH_SOURCE,
      NOEX_METRICS_SOURCE,
      ManagementServer,
      health,
    ],
  };
}
