import { Injectable, Scope, type OnModuleInit, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import { InvalidOptionsError } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import {
  behaviorDefinition,
  behaviorMetadata,
  type BehaviorDefinition,
  type HandlerDefinition,
} from './behavior-metadata.js';
import { classDriver } from './class.driver.js';
import { instanceFactory } from './instance.factory.js';
import { Propagation } from '../context/propagation.js';
import { enhancedHandler } from '../enhancers/enhanced-handler.js';
import { EnhancerFinder } from '../enhancers/bound-enhancers.js';
import { AppNodes } from '../nodes/app-nodes.js';
import { stateMachineClassDriver } from '../state-machine/state-machine-class.driver.js';

type InstanceWrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the behaviors of its node among the app's providers and registers them, before the cluster starts. */
@Injectable()
export class BehaviorExplorer implements OnModuleInit {
  /** What was found, in the order of discovery. */
  readonly definitions: BehaviorDefinition[] = [];
  private readonly found = new Map<string, Type>();
  private readonly announced: Type[] = [];
  private started = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly cluster: Cluster,
    private readonly enhancers: EnhancerFinder,
    private readonly propagation: Propagation,
    private readonly nodes: AppNodes,
  ) {}

  async onModuleInit(): Promise<void> {
    this.started = true;
    this.nodes.requireDistinct();
    await this.explore();
  }

  /**
   * Of a feature module: its behaviors have to be found when the app starts, or now where the module is loaded later, as Nest calls
   * no hook of such a module.
   */
  async announce(behaviors: readonly Type[]): Promise<void> {
    this.announced.push(...behaviors);
    if (this.started) await this.explore();
  }

  private async explore(): Promise<void> {
    const providers = this.discovery.getProviders();
    for (const wrapper of providers) {
      const type = wrapper.metatype as Type | null;
      const metadata = behaviorMetadata(type);
      if (!type || !metadata) continue;
      const { node } = metadata.options;
      this.nodes.requireNode(node, `behavior "${metadata.name}" (${type.name})`);
      if (node !== this.nodes.ownName) continue;
      const twin = this.found.get(metadata.name);
      if (twin === type) continue;
      if (twin) {
        throw new InvalidOptionsError(
          `two behaviors are named "${metadata.name}": ${twin.name} and ${type.name}; give each @NoexBehavior() its own name`,
        );
      }
      this.found.set(metadata.name, type);
      await this.register(wrapper, this.definition(type), providers);
    }
    const known = new Set(this.found.values());
    for (const type of this.announced.splice(0)) {
      if (known.has(type)) continue;
      throw new InvalidOptionsError(
        `NoexModule.forFeature() names ${type.name}, which is no behavior among the providers: decorate it with @NoexBehavior('name') and list it in the providers of the module that imports the feature`,
      );
    }
  }

  private definition(type: Type): BehaviorDefinition {
    return behaviorDefinition(type, this.scanner.getAllMethodNames(type.prototype as object));
  }

  private async register(
    wrapper: InstanceWrapper,
    definition: BehaviorDefinition,
    providers: readonly InstanceWrapper[],
  ): Promise<void> {
    const moduleRef = wrapper.host!.getProviderByKey<ModuleRef>(ModuleRef).instance;
    const dependencies = providers.filter((p) => dependencyTokens(definition.type).has(p.token));
    const requestScoped = dependencies.find((p) => p.scope === Scope.REQUEST || !p.isDependencyTreeStatic());
    if (requestScoped) {
      throw new InvalidOptionsError(
        `behavior "${definition.name}" (${definition.type.name}) injects ${String(requestScoped.name)}, which lives for one ` +
          `HTTP request; a process has no request: inject a singleton or transient provider`,
      );
    }
    const perProcess = dependencies.some((p) => p.isTransient);
    const create = await instanceFactory(definition.type, moduleRef, perProcess);
    const driver = definition.machine ? stateMachineClassDriver : classDriver;
    this.definitions.push(definition);
    const find = (method: string) => this.enhancers.find(definition.type, method, wrapper.host!);
    const compile = (handler: HandlerDefinition) =>
      this.propagation.handler(definition.name, handler, enhancedHandler(definition, handler, find));
    this.cluster.addBehavior(driver(definition, create, compile), definition.options.remote ?? true);
  }
}

/** Tokens of what a class injects: declared types, then what @Inject names in their place, then properties. */
function dependencyTokens(type: Type): Set<unknown> {
  const declared = (Reflect.getMetadata('design:paramtypes', type) as unknown[] | undefined) ?? [];
  const named = (Reflect.getMetadata('self:paramtypes', type) as { param: unknown }[] | undefined) ?? [];
  const properties =
    (Reflect.getMetadata('self:properties_metadata', type) as { type: unknown }[] | undefined) ?? [];
  return new Set([...declared, ...named.map((n) => n.param), ...properties.map((p) => p.type)]);
}
