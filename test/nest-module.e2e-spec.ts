import {
  Injectable,
  Module,
  Scope,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import {
  ClusterService,
  HandleCall,
  InvalidOptionsError,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
  type NoexModuleOptions,
  type NoexOptionsFactory,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

const network = new MemoryNetwork();
const options = (nodeName: string): NoexModuleOptions => ({ nodeName, transport: () => network.transport() });

@Injectable()
class OptionsFactory implements NoexOptionsFactory {
  createNoexOptions(): NoexModuleOptions {
    return options('by-class');
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

async function start(
  noex: DynamicModule,
  providers: Type[] = [],
  imports: (Type | Promise<DynamicModule>)[] = [],
): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports: [noex, ...imports], providers })
    .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
    .compile();
  const app = testing.createNestApplication();
  return app.init();
}

describe('NoexModule', () => {
  let app: INestApplication | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  const asyncForms: [string, () => DynamicModule, string][] = [
    [
      'useFactory',
      () => NoexModule.forRootAsync({ useFactory: async () => options('by-factory') }),
      'by-factory',
    ],
    ['useClass', () => NoexModule.forRootAsync({ useClass: OptionsFactory }), 'by-class'],
    [
      'useExisting',
      () => NoexModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
      'by-class',
    ],
    [
      'a factory that injects ConfigService',
      () =>
        NoexModule.forRootAsync({
          imports: [ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ node: 'by-config' })] })],
          inject: [ConfigService],
          useFactory: (config: ConfigService) => options(config.getOrThrow<string>('node')),
        }),
      'by-config',
    ],
  ];
  it.each(asyncForms)('takes its options from %s', async (_what, noex, nodeId) => {
    app = await start(noex());
    expect(app.get(ClusterService).getLocalNodeId()).toBe(nodeId);
    expect(app.get(ClusterService).getStatus()).toBe('running');
  });

  it('refuses to start with one error that lists every bad option, and shows no secret', async () => {
    const noex = NoexModule.forRoot({
      nodeName: 'bad name',
      port: -1,
      clusterSecret: 'hush',
      host: '0.0.0.0',
    });
    const error = await start(noex).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidOptionsError);
    const { message } = error as InvalidOptionsError;
    for (const part of ['nodeName', 'NODE_NAME', 'port', 'CLUSTER_PORT', 'clusterSecret', 'CLUSTER_SECRET']) {
      expect(message).toContain(part);
    }
    expect(message).not.toContain('hush');
  });

  it('serves its routes where the options say, or not at all', async () => {
    app = await start(
      NoexModule.forRoot({
        ...options('routes'),
        health: { livePath: 'ops/live', readyPath: 'ops/ready', aliases: false },
        metrics: false,
      }),
    );
    await request(app.getHttpServer()).get('/ops/live').expect(200);
    await request(app.getHttpServer()).get('/ops/ready').expect(200);
    await request(app.getHttpServer()).get('/health').expect(404);
    await request(app.getHttpServer()).get('/metrics').expect(404);
  });

  it('is not ready before it runs nor once it leaves', async () => {
    const testing = await Test.createTestingModule({
      imports: [NoexModule.forRoot(options('life'))],
    }).compile();
    app = testing.createNestApplication();
    app.useLogger(false);
    const cluster = app.get(ClusterService);
    expect([cluster.getStatus(), cluster.isReady()]).toEqual(['starting', false]);
    const statuses: string[] = [];
    cluster.onStatusChange((status) => statuses.push(status));
    await app.init();
    expect([cluster.getStatus(), cluster.isReady()]).toEqual(['running', true]);
    await app.close();
    expect(statuses).toEqual(['running', 'stopping', 'stopped']);
    expect(cluster.isReady()).toBe(false);
  });

  it('makes a transient dependency for each process, and shares a singleton', async () => {
    let made = 0;
    @Injectable({ scope: Scope.TRANSIENT })
    class Own {
      readonly number = ++made;
    }
    @Injectable()
    class Shared {
      readonly number = ++made;
    }
    @NoexBehavior('with-dependencies')
    class WithDependencies {
      constructor(
        private readonly own: Own,
        private readonly shared: Shared,
      ) {}
      @HandleCall() numbers(): [number, number] {
        return [this.own.number, this.shared.number];
      }
    }
    app = await start(NoexModule.forRoot(options('di')), [Own, Shared, WithDependencies]);
    const spawner = app.get(RemoteSpawnService);
    const remote = app.get(RemoteCallService);
    const [a, b] = await Promise.all([spawner.spawn(WithDependencies), spawner.spawn(WithDependencies)]);
    const [ownA, sharedA] = await remote.call(a, 'numbers');
    const [ownB, sharedB] = await remote.call(b, 'numbers');
    expect(sharedA).toBe(sharedB);
    expect(ownA).not.toBe(ownB);
  });

  it('refuses a request-scoped dependency of a behavior, and says why', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @NoexBehavior('scoped')
    class Scoped {
      constructor(readonly dependency: PerRequest) {}
    }
    await expect(start(NoexModule.forRoot(options('scope')), [PerRequest, Scoped])).rejects.toThrow(
      /"scoped".*PerRequest.*HTTP request/,
    );
  });

  it('refuses two behaviors of one name', async () => {
    @NoexBehavior('twin')
    class One {}
    @NoexBehavior('twin')
    class Two {}
    await expect(start(NoexModule.forRoot(options('twins')), [One, Two])).rejects.toThrow(
      /two behaviors are named "twin": One and Two/,
    );
  });

  it('refuses to be imported twice', async () => {
    await expect(start(NoexModule.forRoot(options('one')), [], [Again])).rejects.toThrow(/imported twice/);
  });
});

@Module({ imports: [NoexModule.forRoot(options('again'))] })
class Again {}
