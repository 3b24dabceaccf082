import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { BehaviorExplorer } from './behavior/behavior.explorer.js';
import { behaviorMetadata } from './behavior/behavior-metadata.js';
import { getNoexToken } from './nodes/node-token.js';
import { clientProvider, type ClientRegistration } from './services/inject-client.decorator.js';

/** What one module of the app adds. */
export interface NoexFeatureOptions {
  /** Behaviors that are among the providers of the module that imports this. */
  readonly behaviors?: readonly Type[];
  /** Clients of named processes, for `@InjectClient` in the module that imports this. */
  readonly clients?: readonly ClientRegistration[];
}

/** What `NoexModule.forFeature()` gives. */
@Module({})
export class NoexFeatureModule {
  static of({ behaviors = [], clients = [] }: NoexFeatureOptions): DynamicModule {
    const providers = clients.map(clientProvider);
    return {
      module: NoexFeatureModule,
      providers: [...announcements(behaviors), ...providers],
      exports: providers.map(({ provide }) => provide),
    };
  }
}

/** One for each node that has some of the behaviors. */
function announcements(behaviors: readonly Type[]): Provider[] {
  const nodeOf = (behavior: Type) => behaviorMetadata(behavior)?.options.node;
  return [...new Set(behaviors.map(nodeOf))].map((node) => ({
    provide: Symbol('NOEX_FEATURE'),
    inject: [getNoexToken(BehaviorExplorer, node)],
    useFactory: (explorer: BehaviorExplorer) =>
      explorer.announce(behaviors.filter((behavior) => nodeOf(behavior) === node)),
  }));
}
