import { Module, type DynamicModule, type InjectionToken } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import { Cluster } from '@noex/cluster';
import { Propagation } from '../context/propagation.js';
import { getNoexToken } from '../nodes/node-token.js';
import { ClusterService } from '../services/cluster.service.js';
import { NoexClient, type NoexClientOptions } from './noex-client.js';
import { NoexServer, type NoexServerOptions } from './noex-server.js';

/** What `createMicroservice` and `connectMicroservice` take where the strategy needs something of the app. */
export interface NoexMicroserviceOptions {
  inject: InjectionToken[];
  useFactory: (cluster: Cluster, propagation: Propagation) => CustomStrategy;
}

/** Which service it is, and on which node of the app. */
export interface NoexMicroserviceSettings extends NoexServerOptions {
  /** The `name` of its `forRoot`, where the app has several nodes. Default: the node without a name. */
  readonly node?: string;
}

/**
 * Lets a microservice, or the microservice part of a hybrid app, run over the cluster in place of a transport. The app imports
 * `NoexModule.forRoot()`.
 *
 * ```ts
 * const app = await NestFactory.createMicroservice(AppModule, noexMicroservice({ group: 'math' }));
 * ```
 */
export function noexMicroservice({ node, ...options }: NoexMicroserviceSettings): NoexMicroserviceOptions {
  return {
    inject: [getNoexToken(Cluster, node), getNoexToken(Propagation, node)],
    useFactory: (cluster, propagation) => ({ strategy: new NoexServer(cluster, propagation, options) }),
  };
}

/** A client and the token it is injected by. */
export interface NoexClientRegistration extends NoexClientOptions {
  /** What the client is injected by. */
  readonly name: string | symbol;
  /** Which node of the app it sends from: the `name` of its `forRoot`. Default: the node without a name. */
  readonly node?: string;
}

/** Provides clients in place of Nest's `ClientsModule`; each is closed with the app. */
@Module({})
export class NoexClientsModule {
  static register(clients: readonly NoexClientRegistration[]): DynamicModule {
    const providers = clients.map(({ name, node, ...options }) => ({
      provide: name,
      // With ClusterService its Cluster has been made.
      inject: [ModuleRef, getNoexToken(ClusterService, node)],
      useFactory: (app: ModuleRef) =>
        new NoexClient(app.get<Cluster>(getNoexToken(Cluster, node), { strict: false }), options),
    }));
    return { module: NoexClientsModule, providers, exports: clients.map(({ name }) => name) };
  }
}
