import { createServer, type AddressInfo } from 'node:net';
import {
  Controller,
  Injectable,
  Module,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type INestApplicationContext,
  type NestInterceptor,
} from '@nestjs/common';
import {
  ClientProxy,
  ClientsModule,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  type Server,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { concat, delay, lastValueFrom, map, of, range, throwError, toArray, type Observable } from 'rxjs';
import { Cluster } from '@noex/cluster';
import { NoexModule } from '@noex/nestjs';
import { NoexClientsModule, noexMicroservice } from '@noex/nestjs/microservices';
import { MemoryNetwork } from '@noex/transport-memory';

@Injectable()
class Adults implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToRpc().getData<{ age: number }>().age >= 18;
  }
}

@Injectable()
class Doubled implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler<number>): Observable<number> {
    return next.handle().pipe(map((value) => value * 2));
  }
}

const noted: { wake?: (text: string) => void } = {};

/** A microservice as any. */
@Controller()
class MathController {
  @MessagePattern({ cmd: 'sum', of: 'numbers' }) sum(@Payload() numbers: number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0);
  }

  @MessagePattern('later') async later(@Payload() text: string): Promise<string> {
    await null;
    return `${text}, later`;
  }

  @MessagePattern('count') count(@Payload() to: number): Observable<number> {
    return range(1, to).pipe(delay(1));
  }

  @MessagePattern('half') half(): Observable<number> {
    return concat(
      of(1, 2),
      throwError(() => new RpcException({ code: 7, message: 'no more' })),
    );
  }

  @MessagePattern('nothing') nothing(): void {}

  @MessagePattern('none') none(): null {
    return null;
  }

  @MessagePattern('refuse') refuse(): never {
    throw new RpcException('not today');
  }

  @MessagePattern('crash') crash(): never {
    throw new RangeError('a secret');
  }

  @UseGuards(Adults)
  @MessagePattern('enter')
  enter(): string {
    return 'welcome';
  }

  @UseInterceptors(Doubled)
  @MessagePattern('twice')
  twice(@Payload(ParseIntPipe) number: number): number {
    return number;
  }

  @EventPattern('note') note(@Payload() text: string): void {
    noted.wake?.(text);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Variant {
  readonly server: object;
  readonly client: DynamicModule;
}

/** The two lines that differ. */
const variants: Record<string, (port: number) => Variant> = {
  'Transport.TCP': (port) => ({
    server: { transport: Transport.TCP, options: { port } },
    client: ClientsModule.register([{ name: 'MATH', transport: Transport.TCP, options: { port } }]),
  }),
  noex: () => ({
    server: noexMicroservice({ group: 'math' }),
    client: NoexClientsModule.register([{ name: 'MATH' }]),
  }),
};

describe.each(Object.keys(variants))('a stock microservice over %s', (name) => {
  const apps: INestApplicationContext[] = [];
  let client: ClientProxy;

  beforeAll(async () => {
    const network = new MemoryNetwork();
    const node = (nodeName: string) =>
      NoexModule.forRoot({
        nodeName,
        strictMessages: true,
        transport: () => network.transport(),
        metrics: false,
        health: false,
      });
    const { server, client: clients } = variants[name]!(await freePort());

    @Module({ imports: [node('math')], controllers: [MathController], providers: [Adults, Doubled] })
    class MathModule {}
    @Module({ imports: [node('shop'), clients] })
    class ShopModule {}

    const testing = await Test.createTestingModule({ imports: [MathModule] }).compile();
    const math = testing.createNestMicroservice({ logger: false, ...server });
    await math.listen();
    const shop = await (
      await Test.createTestingModule({ imports: [ShopModule] }).compile()
    )
      .createNestApplication({ logger: false })
      .init();
    apps.push(shop, math);
    const { groups } = shop.get(Cluster);
    if (name === 'noex') {
      const handlers = (math.getTransportServer() as Server).getHandlers();
      await new Promise<void>((resolve) => {
        const look = () => groups.groups().length >= handlers.size && resolve();
        groups.onAnyChange(look);
        look();
      });
    }
    client = shop.get<ClientProxy>('MATH', { strict: false });
  });

  afterAll(() => Promise.all(apps.map((app) => app.close())));

  const all = (pattern: unknown, data: unknown = {}) =>
    lastValueFrom(client.send<unknown>(pattern, data).pipe(toArray()));
  const error = (pattern: unknown, data: unknown = {}) =>
    all(pattern, data).then(
      () => {
        throw new Error('there was no error');
      },
      (thrown: unknown) => thrown,
    );

  it('answers a request with the one value its handler returns, whatever the order of the keys of its pattern', async () => {
    expect(await all({ of: 'numbers', cmd: 'sum' }, [1, 2, 3])).toEqual([6]);
    expect(await all('later', 'hello')).toEqual(['hello, later']);
  });

  it('answers with every value of an Observable, in order', async () => {
    expect(await all('count', 300)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
  });

  it('gives no value for undefined, and one for null', async () => {
    expect(await all('nothing')).toEqual([]);
    expect(await all('none')).toEqual([null]);
  });

  it('tells an RpcException as it was made, after the values before it', async () => {
    expect(await error('refuse')).toEqual({ status: 'error', message: 'not today' });
    const seen: unknown[] = [];
    const thrown = await new Promise((resolve) =>
      client.send('half', {}).subscribe({ next: (value) => seen.push(value), error: resolve }),
    );
    expect([seen, thrown]).toEqual([[1, 2], { code: 7, message: 'no more' }]);
  });

  it('says nothing of any other error', async () => {
    expect(await error('crash')).toEqual({ status: 'error', message: 'Internal server error' });
  });

  it('runs guards, pipes and interceptors', async () => {
    expect(await all('enter', { age: 18 })).toEqual(['welcome']);
    expect(await error('enter', { age: 17 })).toEqual({ status: 'error', message: 'Forbidden resource' });
    expect(await all('twice', '21')).toEqual([42]);
  });

  it('hands events to their handler', async () => {
    const heard = new Promise<string>((resolve) => (noted.wake = resolve));
    await lastValueFrom(client.emit('note', 'it happened'), { defaultValue: undefined });
    expect(await heard).toBe('it happened');
  });
});
