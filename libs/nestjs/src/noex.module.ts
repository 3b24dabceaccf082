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
import { nestLogger } from './logging/nest-logger.adapter.js';
import { ManagementApi } from './management/api/management-api.js';
import { createManagementServer } from './management/create-management-server.js';
import { ManagementServer } from './management/management-server.js';
import { createMetricsModuleAsync } from './metrics/metrics.module.js';
import { AppNode, nodesHealth, nodesRegistries } from './nodes/app-node.js';
import { AppNodeName, AppNodes } from './nodes/app-nodes.js';
import { getNoexToken } from './nodes/node-token.js';
import { scopedProviders } from './nodes/scoped-providers.js';
import { NoexFeatureModule, type NoexFeatureOptions } from './noex-feature.module.js';
import { NoexOrchestrator } from './noex.orchestrator.js';
import type { NoexModuleOptions } from './options/noex-options.js';
import { requireAppNodeName, resolveOptionsOf } from './options/named-options.js';
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
import {
  APP_NODE_NAME,
  NOEX_CANARY,
  NOEX_HEALTH_SOURCE,
  NOEX_METRICS_REGISTRY,
  NOEX_METRICS_SOURCE,
  NOEX_NODES_HEALTH,
  NOEX_NODES_REGISTRIES,
  NOEX_OPTIONS,
} from './tokens.js';

/** What `forRoot` takes. */
export interface NoexRootOptions extends NoexModuleOptions {
  /**
   * What the node is called in this app, where the app is a node of several clusters: its services are injected by `@InjectNoex(service, name)`,
   * its behaviors say `@NoexBehavior('cart', { node: name })`, its environment variables begin with it (`EU_CLUSTER_PORT`). 1 to 63
   * letters, digits, `_` or `-`. Default none: the node whose services are injected by their classes.
   */
  name?: string;
}

/** A provider that gives the options. */
export interface NoexOptionsFactory {
  createNoexOptions(): NoexModuleOptions | Promise<NoexModuleOptions>;
}

/** Where the options come from: one of `useFactory`, `useClass` and `useExisting`. */
export interface NoexModuleAsyncOptions {
  /** As in `NoexRootOptions`. */
  readonly name?: string;
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever `inject` names
  readonly useFactory?: (...args: any[]) => NoexModuleOptions | Promise<NoexModuleOptions>;
  readonly useClass?: Type<NoexOptionsFactory>;
  readonly useExisting?: Type<NoexOptionsFactory>;
}

const GIVEN_OPTIONS = Symbol('NOEX_GIVEN_OPTIONS');
const LIBRARY_LOGGER = Symbol('NOEX_LOGGER');
const SERVICES = [
  ClusterService,
  RemoteCallService,
  RemoteSpawnService,
  RemoteMonitorService,
  GlobalRegistryService,
  ProcessGroupsService,
  SupervisionService,
];
const EXPORTED = [
  ...SERVICES,
  BehaviorExplorer,
  NOEX_OPTIONS,
  NOEX_HEALTH_SOURCE,
  NOEX_METRICS_SOURCE,
  AppNodes,
  NOEX_NODES_HEALTH,
  NOEX_NODES_REGISTRIES,
  ManagementServer,
];

/**
 * START HERE. Makes the app a node of the cluster. Import it once, in the root module; its services are then global. An app that is a node
 * of several clusters imports it once for each, with names.
 */
@Module({})
export class NoexModule {
  /** Options given here win over the environment. Wrong ones fail the app's start with one InvalidOptionsError. */
  static forRoot({ name, ...options }: NoexRootOptions = {}): DynamicModule {
    return assemble(name, { provide: GIVEN_OPTIONS, useFactory: () => options });
  }

  /** As `forRoot`, with options from a factory. */
  static forRootAsync(options: NoexModuleAsyncOptions): DynamicModule {
    const helpers = options.useClass ? [options.useClass] : [];
    return assemble(options.name, asyncOptions(options), helpers, options.imports);
  }

  /**
   * Names behaviors that are among the providers of the module that imports this. That alone makes them known; but those of a module
   * that is loaded while the app runs (`LazyModuleLoader`) become so, here and to peers, only by this.
   *
   * Also provides clients of named processes for `@InjectClient`: `forFeature({ clients: [{ behavior: Cart, name: 'main-cart' }] })`.
   */
  static forFeature(feature: readonly Type[] | NoexFeatureOptions): DynamicModule {
    return NoexFeatureModule.of('length' in feature ? { behaviors: feature } : feature);
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

/** Tokens of the node that are provided by the modules of health and metrics. */
const FROM_PAGES = [HealthProbes, NOEX_METRICS_REGISTRY];

function assemble(
  name: string | undefined,
  given: FactoryProvider,
  helpers: readonly Provider[] = [],
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  if (name !== undefined) requireAppNodeName(name);
  const token = (of: InjectionToken) => getNoexToken(of, name);
  const inject = [NOEX_OPTIONS, AppNodes].map(token);
  const onThisPort = <T>(routes: T, { management }: ResolvedNoexOptions, { leads }: AppNodes) =>
    management || !leads ? (false as const) : routes;
  const health = createHealthModuleAsync({
    ...(name === undefined ? {} : { node: name }),
    inject,
    useFactory: (options: ResolvedNoexOptions, nodes: AppNodes) => onThisPort(options.health, options, nodes),
  });
  const metrics = createMetricsModuleAsync({
    ...(name === undefined ? {} : { node: name }),
    inject,
    useFactory: (options: ResolvedNoexOptions, nodes: AppNodes) =>
      onThisPort(options.metrics, options, nodes),
  });
  return {
    module: NoexModule,
    global: true,
    imports: [...imports, DiscoveryModule, health, metrics],
    providers: [
      ...helpers,
      { ...given, provide: token(GIVEN_OPTIONS) },
      ...scopedProviders(nodeProviders(name), name, [GIVEN_OPTIONS, ...FROM_PAGES]),
    ],
    exports: [...EXPORTED.map(token), health],
  };
}

/** All that one node of an app consists of. */
function nodeProviders(name: string | undefined): Provider[] {
  return [
    { provide: APP_NODE_NAME, useValue: new AppNodeName(name) },
    AppNodes,
    {
      provide: NOEX_OPTIONS,
      inject: [GIVEN_OPTIONS],
      useFactory: (options: NoexModuleOptions) => resolveOptionsOf(name, options, process.env),
    },
    { provide: LIBRARY_LOGGER, useFactory: () => nestLogger(name) },
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
    AppNode,
    { provide: NOEX_NODES_HEALTH, inject: [AppNodes], useFactory: nodesHealth },
    { provide: NOEX_NODES_REGISTRIES, inject: [AppNodes], useFactory: nodesRegistries },
    ManagementApi,
    {
      provide: ManagementServer,
      inject: [NOEX_OPTIONS, Cluster, HealthProbes, NOEX_NODES_REGISTRIES, ManagementApi],
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
  ];
}
