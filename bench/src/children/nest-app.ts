import { Module, type INestApplication, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NoexModule, type NoexModuleOptions, type TransportFactory } from '@noex/nestjs';
import { MAX_QUEUED_BYTES, SECRET } from '../harness/links.js';
import {
  BoundEchoBehavior,
  EchoBehavior,
  ElsewhereBehavior,
  PassingInterceptor,
  UnfollowedEchoBehavior,
  VisitorBehavior,
  VisitorBook,
} from './nest-behaviors.js';

/** What a node of the benchmark has or has not; by default what an app has that says nothing. */
export interface NodeFeatures {
  /** TLS with a pre-shared key; without it plain TCP. */
  readonly secret?: boolean;
  readonly metrics?: boolean;
  /** An OpenTelemetry SDK that records every span and sends it nowhere. */
  readonly tracing?: boolean;
  /** Which class answers under the name `echo`. */
  readonly echo?: 'plain' | 'bound' | 'unfollowed';
  /** Another behavior of the app has an interceptor. */
  readonly elsewhere?: boolean;
  /** URL of a NATS server, in place of TCP. */
  readonly nats?: string;
}

const ECHO = { plain: EchoBehavior, bound: BoundEchoBehavior, unfollowed: UnfollowedEchoBehavior };

/** A node on loopback, on any free port. Resolves when it listens. */
export async function startNode(
  nodeName: string,
  features: NodeFeatures,
  seeds: string[] = [],
  more: NoexModuleOptions = {},
): Promise<INestApplication> {
  const app = await createNode(nodeName, features, seeds, more);
  return app.init();
}

/** As `startNode`, not yet started. */
export async function createNode(
  nodeName: string,
  features: NodeFeatures,
  seeds: string[] = [],
  more: NoexModuleOptions = {},
): Promise<INestApplication> {
  const {
    secret = true,
    metrics = true,
    tracing = false,
    echo = 'plain',
    elsewhere = false,
    nats,
  } = features;
  if (tracing) (await import('./open-telemetry.js')).registerSdk();
  const options: NoexModuleOptions = {
    nodeName,
    seeds,
    host: '127.0.0.1',
    port: 0,
    maxQueuedBytes: MAX_QUEUED_BYTES,
    ...(secret ? { clusterSecret: SECRET } : {}),
    ...(metrics ? {} : { metrics: false }),
    ...(nats === undefined ? {} : { transport: await natsTransport(nats) }),
    ...more,
  };
  const providers: Provider[] = [ECHO[echo], PassingInterceptor, VisitorBehavior, VisitorBook];
  if (elsewhere) providers.push(ElsewhereBehavior);

  @Module({ imports: [NoexModule.forRoot(options)], providers })
  class AppModule {}

  return NestFactory.create(AppModule, { logger: ['warn', 'error'] });
}

/** The library is built apart from the others: it is loaded only where it is measured. */
async function natsTransport(servers: string): Promise<TransportFactory> {
  const name = '@noex/transport-nats';
  const { nats } = (await import(name)) as { nats(options: object): ReturnType<TransportFactory> };
  return ({ secrets }, logger) => nats({ servers, secrets: secrets.reveal(), logger });
}
