import { Controller, Inject, Injectable, type INestApplication } from '@nestjs/common';
import { ClientProxy, MessagePattern } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import {
  ClusterService,
  HandleCall,
  InjectNoex,
  InvalidOptionsError,
  ManagementServer,
  NoexBehavior,
  NoexModule,
  ProcessGroupsService,
  RemoteCallService,
} from '@noex/nestjs';
import { noexMicroservice, NoexClientsModule } from '@noex/nestjs/microservices';
import { nestApps, sees, serviceOf, until } from './apps.js';

@NoexBehavior('desk', { node: 'eu' })
class Desk {
  @HandleCall() city(): string {
    return 'Brno';
  }
}

@NoexBehavior('homeless')
class Homeless {}

describe('several nodes in one app are refused with one clear error', () => {
  const { on, start } = nestApps();
  const eu = () => NoexModule.forRoot({ name: 'eu', ...on('europe', 'first') });

  const refused = (imports: unknown[], providers: unknown[] = []): Promise<InvalidOptionsError> =>
    start({ imports, providers } as never).then(
      () => Promise.reject(new Error('it started')),
      (error: unknown) => error as InvalidOptionsError,
    );

  it('where two have one name', async () => {
    const error = await refused([eu(), NoexModule.forRoot({ name: 'eu', ...on('america', 'second') })]);
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect(error.message).toContain('two nodes of the app have the name "eu"');
  });

  it('where two have no name', async () => {
    const error = await refused([
      NoexModule.forRoot(on('europe', 'a')),
      NoexModule.forRoot(on('america', 'b')),
    ]);
    expect(error.message).toContain('NoexModule is imported twice');
    expect(error.message).toContain('A second node of the app needs a name');
  });

  it('where a behavior belongs to a node that is not there', async () => {
    const error = await refused([NoexModule.forRoot(on('europe', 'a'))], [Desk]);
    expect(error.message).toBe(
      'behavior "desk" (Desk) belongs to the node "eu", which this app does not have: it has the one without a name',
    );
  });

  it('where a behavior names no node and each node has a name', async () => {
    const error = await refused([eu()], [Homeless]);
    expect(error.message).toContain(
      'behavior "homeless" (Homeless) names no node, and each node of this app has a name ("eu")',
    );
  });

  it('where a service of a node is injected that is not there', async () => {
    @Injectable()
    class Asian {
      constructor(@InjectNoex(RemoteCallService, 'asia') readonly remote: RemoteCallService) {}
    }
    const error = await refused([eu()], [Asian]);
    expect(error.message).toContain('RemoteCallService of the noex node "asia"');
  });

  it('where a service is injected by its class and each node has a name', async () => {
    @Injectable()
    class Plain {
      constructor(readonly remote: RemoteCallService) {}
    }
    const error = await refused([eu()], [Plain]);
    expect(error.message).toMatch(/can't resolve dependencies of the Plain/);
  });

  it('where an option of one is wrong, whose name and variable it tells', async () => {
    const error = await refused([NoexModule.forRoot({ name: 'eu', ...on('europe', 'a'), port: -1 })]);
    expect(error.message).toContain('port: got -1 in code (variable EU_CLUSTER_PORT)');
    expect(error.message).toContain('the app calls "eu"');
  });

  it('where one cannot start: the other does not stay behind', async () => {
    const peer = await start({ imports: [NoexModule.forRoot(on('europe', 'peer'))] });
    const transport = () => {
      const broken = on('america', 'b').transport();
      broken.start = async () => {
        await sees(peer, 1);
        throw new Error('the port is taken');
      };
      return broken;
    };
    const error = await refused([eu(), NoexModule.forRoot({ name: 'us', ...on('america', 'b'), transport })]);
    expect(error.message).toBe('the port is taken');
    await sees(peer, 0);
  });
});

describe('several nodes in one app', () => {
  const { on, start } = nestApps();

  it('each may have a management port of its own, the leading one’s with the probes of all', async () => {
    const management = { port: 0 };
    const app = await start({
      imports: [
        NoexModule.forRoot({ ...on('europe', 'first'), management }),
        NoexModule.forRoot({ name: 'us', ...on('america', 'second'), management }),
      ],
    });
    const ready = async (node?: string) => {
      const { port } = serviceOf(app, ManagementServer, node).address!;
      const response = await fetch(`http://127.0.0.1:${port}/readyz`);
      return Object.keys(((await response.json()) as { details: object }).details);
    };
    expect([await ready(), await ready('us')]).toEqual([['noex', 'noex:us'], ['noex:us']]);
  });

  it('a microservice and its client run on the node they name', async () => {
    @Controller()
    class Sums {
      @MessagePattern('sum') sum(numbers: number[]): number {
        return numbers.reduce((sum, n) => sum + n, 0);
      }
    }
    @Injectable()
    class Caller {
      constructor(@Inject('SUMS') readonly sums: ClientProxy) {}
    }
    const both = (nodeName: string) => [
      NoexModule.forRoot(on('europe', nodeName)),
      NoexModule.forRoot({ name: 'us', ...on('america', nodeName) }),
    ];
    const serve = async (app: INestApplication) => {
      app.connectMicroservice(noexMicroservice({ group: 'sums', node: 'us' }));
      await app.startAllMicroservices();
    };
    await serve(await start({ imports: both('server'), controllers: [Sums] }));
    const client = await start({
      imports: [...both('client'), NoexClientsModule.register([{ name: 'SUMS', node: 'us' }])],
      providers: [Caller],
    });
    const groups = serviceOf(client, ProcessGroupsService, 'us');
    await until('the client knows of the handler', () => groups.getGroups().length > 0);
    expect(serviceOf(client, ProcessGroupsService).getGroups()).toEqual([]);
    const ask = () => lastValueFrom(client.get(Caller).sums.send<number>('sum', [1, 2, 3]));
    expect(await ask()).toBe(6);
    // The node without a name has no part in it.
    await serviceOf(client, ClusterService).leave();
    expect(await ask()).toBe(6);
  });
});
