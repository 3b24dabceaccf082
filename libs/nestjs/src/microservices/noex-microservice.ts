import { Module, type DynamicModule, type InjectionToken } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import { Cluster } from '@noex/cluster';
import { Propagation } from '../context/propagation.js';
import { ClusterService } from '../services/cluster.service.js';
import { NoexClient, type NoexClientOptions } from './noex-client.js';
import { NoexServer, type NoexServerOptions } from './noex-server.js';

/** What `createMicroservice` and `connectMicroservice` take where the strategy needs something of the app. */
export interface NoexMicroserviceOptions {
  inject: InjectionToken[];
  useFactory: (cluster: Cluster, propagation: Propagation) => CustomStrategy;
}

/**
 * Lets a microservice, or the microservice part of a hybrid app, run over the cluster in place of a transport. The app imports
 * `NoexModule.forRoot()`.
 *
 * ```ts
 * const app = await NestFactory.createMicroservice(AppModule, noexMicroservice({ group: 'math' }));
 * ```
 */
export function noexMicroservice(options: NoexServerOptions): NoexMicroserviceOptions {
  return {
    inject: [Cluster, Propagation],
    useFactory: (cluster, propagation) => ({ strategy: new NoexServer(cluster, propagation, options) }),
  };
}

export interface NoexClientRegistration extends NoexClientOptions {
  /** What the client is injected by. */
  readonly name: string | symbol;
}

/** Provides clients in place of Nest's `ClientsModule`; each is closed with the app. */
@Module({})
export class NoexClientsModule {
  static register(clients: readonly NoexClientRegistration[]): DynamicModule {
    const providers = clients.map(({ name, ...options }) => ({
      provide: name,
      // With ClusterService its Cluster has been made.
      inject: [ModuleRef, ClusterService],
      useFactory: (app: ModuleRef) => new NoexClient(app.get(Cluster, { strict: false }), options),
    }));
    return { module: NoexClientsModule, providers, exports: clients.map(({ name }) => name) };
  }
}
