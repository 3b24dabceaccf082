import {
  BadRequestException,
  CanActivate,
  Catch,
  Controller,
  createParamDecorator,
  Get,
  Injectable,
  NotFoundException,
  Param,
  ParseIntPipe,
  Scope,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { IsInt, Min } from 'class-validator';
import { map, of, throwError, type Observable } from 'rxjs';
import request from 'supertest';
import { Cluster } from '@noex/cluster';
import {
  Ctx,
  HandleCall,
  HandleCast,
  InvalidMessageError,
  InvalidOptionsError,
  isNoexContext,
  NoexBehavior,
  NoexContext,
  NoexModule,
  Payload,
  ProcessRef,
  RemoteCallService,
  RemoteError,
  RemoteSpawnService,
  type ProcessContext,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

const trace: string[] = [];

@Injectable()
class Greetings {
  readonly word = 'hello';
}

/** Has a dependency of its own: what is bound is made by Nest. */
@Injectable()
class TokenGuard implements CanActivate {
  constructor(
    private readonly greetings: Greetings,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    if (!isNoexContext(context)) return true;
    const { headers, kind, message } = NoexContext.from(context);
    const role = this.reflector.getAllAndOverride<string>('role', [context.getHandler(), context.getClass()]);
    trace.push(`guard ${context.getClass().name}.${context.getHandler().name} ${kind} ${message} ${role}`);
    return headers['token'] === this.greetings.word;
  }
}

const Headers = createParamDecorator(
  (name: string, context: ExecutionContext) => NoexContext.from(context).headers[name],
);

const around = (name: string) => {
  class Around implements NestInterceptor {
    intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
      trace.push(`> ${name}`);
      return next.handle().pipe(
        map((value) => {
          trace.push(`< ${name}`);
          return value as unknown;
        }),
      );
    }
  }
  return Around;
};

class Quantity {
  @IsInt() @Min(1) quantity!: number;
}

@Catch(RangeError)
class Explain implements ExceptionFilter {
  catch(error: RangeError, host: ArgumentsHost): Observable<unknown> {
    const { payload } = NoexContext.from(host);
    return payload === 'forgive'
      ? of('forgiven')
      : throwError(() => new BadRequestException(`out of range: ${error.message}`));
  }
}

@NoexBehavior('guarded')
@UseGuards(TokenGuard)
@SetMetadata('role', 'member')
class Guarded {
  count = 0;

  @HandleCall() @SetMetadata('role', 'admin') add(by: number): number {
    return (this.count += by);
  }

  @HandleCast() bump(): void {
    this.count++;
  }
}

@NoexBehavior('served')
@UseInterceptors(around('class'))
class Served {
  private readonly seen: unknown[] = [];

  @HandleCall() @UseInterceptors(around('method')) wrapped(): string {
    trace.push('handler');
    return 'done';
  }

  @HandleCall() parts(
    @Headers('token') token: string,
    @Payload('id', ParseIntPipe) id: number,
    @Ctx() ctx: ProcessContext,
    @Payload() whole: object,
  ): unknown {
    return { token, id, self: ctx.self.toString(), whole };
  }

  @HandleCall() order(quantity: Quantity): unknown {
    return [quantity instanceof Quantity, quantity.quantity];
  }

  @HandleCall() @UseFilters(Explain) range(_: unknown): never {
    throw new RangeError('7');
  }

  @HandleCall() find(): never {
    throw new NotFoundException({ statusCode: 404, message: 'no such cart', cart: 9 });
  }

  @HandleCast() @UsePipes(new ValidationPipe()) note(quantity: Quantity): void {
    this.seen.push(quantity);
  }

  @HandleCall() notes(): number {
    return this.seen.length;
  }
}

@NoexBehavior('plain')
class Plain {
  @HandleCall() echo(value: unknown): unknown {
    return value;
  }
}

@Controller()
class Gateway {
  constructor(
    private readonly calls: RemoteCallService,
    private readonly spawner: RemoteSpawnService,
  ) {}

  @Get('cart/:method') async cart(@Param('method') method: 'find' | 'range'): Promise<unknown> {
    return this.calls.call(await this.spawner.spawn(Served, { on: 'worker' }), method, undefined as never);
  }
}

describe('what Nest binds to handlers', () => {
  let network: MemoryNetwork;
  let apps: INestApplication[];
  beforeEach(() => {
    network = new MemoryNetwork();
    apps = [];
    trace.length = 0;
  });
  afterEach(() => Promise.all(apps.map((app) => app.close())));

  async function start(
    nodeName: string,
    providers: Provider[],
    controllers: Type[] = [],
  ): Promise<INestApplication> {
    const noex = NoexModule.forRoot({ nodeName, transport: () => network.transport(), metrics: false });
    const testing = await Test.createTestingModule({
      imports: [noex],
      providers: [Greetings, ...providers],
      controllers,
    })
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const app = await testing.createNestApplication().init();
    apps.push(app);
    return app;
  }

  /** A worker with these providers, a gateway without them, and a process on the worker. */
  async function remote<B>(behavior: Type<B>, providers: Provider[] = [], controllers: Type[] = []) {
    const worker = await start('worker', [behavior, ...providers]);
    const gateway = await start('gateway', [], controllers);
    const cluster = gateway.get(Cluster);
    await new Promise<void>((resolve) => {
      if (cluster.members.size > 0) return resolve();
      cluster.members.nodeUp.add(() => resolve());
    });
    const ref: ProcessRef = await gateway
      .get(RemoteSpawnService)
      .spawn(behavior as Type<object>, { on: 'worker' });
    return { worker, gateway, ref: ref as ProcessRef<B>, calls: gateway.get(RemoteCallService) };
  }

  const failure = async (promise: Promise<unknown>): Promise<RemoteError> =>
    promise.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: unknown) => error as RemoteError,
    );

  it('a guard sees the message, and lets through what it allows', async () => {
    const { ref, calls } = await remote(Guarded);
    expect(await calls.call(ref, 'add', 2, { headers: { token: 'hello' } })).toBe(2);
    expect(trace).toEqual(['guard Guarded.add call add admin']);
  });

  it('what a guard denies does not run: a call fails as not-run, a cast is counted, and the process lives on', async () => {
    const { ref, calls, worker } = await remote(Guarded);
    expect(await failure(calls.call(ref, 'add', 2))).toMatchObject({
      name: 'ForbiddenException',
      code: 'remote_error',
      outcome: 'not-run',
      statusCode: 403,
    });
    calls.cast(ref, 'bump');
    expect(await calls.call(ref, 'add', 0, { headers: { token: 'hello' } })).toBe(0);
    expect([...worker.get(Cluster).node.drops.entries()]).toContainEqual(['rejected', 1]);
    expect(trace[1]).toBe('guard Guarded.bump cast bump member');
  });

  it('a global guard, interceptor, pipe and filter serve behaviors as they serve controllers', async () => {
    @Catch(RangeError)
    class Global implements ExceptionFilter {
      catch(): Observable<unknown> {
        return of('caught by the app');
      }
    }
    @NoexBehavior('all')
    class All {
      @HandleCall() order(quantity: Quantity): string {
        return `${quantity.quantity}`;
      }
      @HandleCall() fail(): never {
        throw new RangeError('x');
      }
    }
    const { ref, calls } = await remote(All, [
      { provide: APP_GUARD, useClass: TokenGuard },
      { provide: APP_INTERCEPTOR, useClass: around('app') },
      { provide: APP_PIPE, useValue: new ValidationPipe({ transform: true, whitelist: true }) },
      { provide: APP_FILTER, useClass: Global },
    ]);
    const headers = { token: 'hello' };
    expect(await calls.call(ref, 'order', { quantity: 3 }, { headers })).toBe('3');
    expect(trace).toEqual(['guard All.order call order undefined', '> app', '< app']);
    expect(await calls.call(ref, 'fail', undefined, { headers })).toBe('caught by the app');
    expect((await failure(calls.call(ref, 'order', { quantity: 3 }))).name).toBe('ForbiddenException');
  });

  it('interceptors wrap the handler from the class inwards', async () => {
    const { ref, calls } = await remote(Served);
    expect(await calls.call(ref, 'wrapped')).toBe('done');
    expect(trace).toEqual(['> class', '> method', 'handler', '< method', '< class']);
  });

  it('parameters are what their decorators say, after their pipes', async () => {
    const { ref, calls } = await remote(Served);
    const headers = { token: 't' };
    const parts = (payload: object) => calls.call(ref, 'parts', payload as never, { headers });
    expect(await parts({ id: '42' })).toEqual({
      token: 't',
      id: 42,
      self: ref.toString(),
      whole: { id: '42' },
    });
    expect(await failure(parts({ id: 'x' }))).toMatchObject({
      name: 'BadRequestException',
      outcome: 'not-run',
      statusCode: 400,
    });
  });

  it('a payload class is checked where interceptors are bound as well', async () => {
    const { ref, calls } = await remote(Served);
    expect(await calls.call(ref, 'order', { quantity: 3 })).toEqual([true, 3]);
    const error: unknown = await failure(calls.call(ref, 'order', { quantity: 0 }));
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect((error as InvalidMessageError).data['violations']).toMatchObject([{ field: 'quantity' }]);
  });

  it('a pipe that refuses a cast leaves the process as it was', async () => {
    const { ref, calls } = await remote(Served);
    calls.cast(ref, 'note', { quantity: 0 });
    calls.cast(ref, 'note', { quantity: 1 });
    expect(await calls.call(ref, 'notes')).toBe(1);
  });

  it('a filter answers in place of the error, with a value or with another error', async () => {
    const { ref, calls } = await remote(Served);
    expect(await calls.call(ref, 'range', 'forgive')).toBe('forgiven');
    expect(await failure(calls.call(ref, 'range', 'x'))).toMatchObject({
      message: 'out of range: 7',
      outcome: 'ran',
      statusCode: 400,
    });
  });

  it('an HttpException of a remote handler comes out of a controller with its status', async () => {
    const { gateway, ref, calls } = await remote(Served, [], [Gateway]);
    expect(await failure(calls.call(ref, 'find'))).toMatchObject({
      name: 'NotFoundException',
      outcome: 'ran',
      statusCode: 404,
      remoteData: { cart: 9 },
    });
    const http = request(gateway.getHttpServer() as never);
    expect((await http.get('/cart/find').expect(404)).body).toEqual({
      statusCode: 404,
      message: 'no such cart',
    });
    await http.get('/cart/range').expect(400);
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])(
    'a %s guard is refused at the start, because it would be passed over in silence',
    async (word, scope) => {
      @Injectable({ scope })
      class PerRequest implements CanActivate {
        canActivate(): boolean {
          return false;
        }
      }
      @NoexBehavior('odd')
      @UseGuards(PerRequest)
      class Odd {
        @HandleCall() echo(): number {
          return 1;
        }
      }
      const start1 = start('worker', [Odd]);
      await expect(start1).rejects.toThrow(InvalidOptionsError);
      await expect(start1).rejects.toThrow(`guard PerRequest is bound to behavior Odd and is ${word}`);
      const global = start('worker', [Plain, { provide: APP_GUARD, useClass: PerRequest, scope }]);
      await expect(global).rejects.toThrow(`is bound to behavior Plain and is ${word}`);
    },
  );

  it('NoexContext is not to be had in an HTTP request', () => {
    const host = { getType: () => 'http' } as unknown as ArgumentsHost;
    expect(isNoexContext(host)).toBe(false);
    expect(() => NoexContext.from(host)).toThrow('ask isNoexContext() first');
  });
});
