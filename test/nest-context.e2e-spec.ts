import { context as otelContext, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  Controller,
  Get,
  Headers,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ClsModule, ClsService } from 'nestjs-cls';
import { PinoLogger, LoggerModule } from 'nestjs-pino';
import request from 'supertest';
import { Cluster } from '@noex/cluster';
import {
  HandleCall,
  HandleCast,
  NOEX_OPTIONS,
  NoexBehavior,
  NoexModule,
  noexPinoParams,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { clsPropagator } from '@noex/nestjs/cls';
import { MemoryNetwork } from '@noex/transport-memory';

const spans = new InMemorySpanExporter();
const lines: Record<string, unknown>[] = [];
const noted: unknown[] = [];

@NoexBehavior('ledger')
class Ledger {
  constructor(
    private readonly cls: ClsService,
    private readonly logger: PinoLogger,
  ) {}

  @HandleCall() async book(amount: number): Promise<unknown> {
    await Promise.resolve();
    this.logger.info('booked');
    return { amount, user: this.cls.get<unknown>('user'), secret: this.cls.get<unknown>('secret') };
  }

  @HandleCall() fail(): never {
    throw new RangeError('no money');
  }

  @HandleCast() note(): void {
    noted.push(this.cls.get('user'));
  }
}

@NoexBehavior('cart')
class Cart {
  private ledger!: ProcessRef<Ledger>;

  constructor(
    private readonly remote: RemoteCallService,
    private readonly cls: ClsService,
  ) {}

  init({ ledger }: { ledger: ProcessRef<Ledger> }): void {
    this.ledger = ledger;
  }

  /** Through the service after an await, and through its context. */
  @HandleCall() async pay(amount: number, ctx: ProcessContext): Promise<unknown> {
    await Promise.resolve();
    this.remote.cast(this.ledger, 'note');
    this.cls.set('user', 'changed in between');
    return [await this.remote.call(this.ledger, 'book', amount), await ctx.call(this.ledger, 'book', 1)];
  }
}

@Controller()
class Shop {
  cart!: ProcessRef<Cart>;
  ledger!: ProcessRef<Ledger>;

  constructor(
    private readonly remote: RemoteCallService,
    private readonly cls: ClsService,
  ) {}

  @Get('pay') pay(@Headers('user') user: string): Promise<unknown> {
    this.cls.set('user', { id: user });
    this.cls.set('secret', 'stays here');
    return trace.getTracer('http').startActiveSpan('GET /pay', async (span) => {
      try {
        return await this.remote.call(this.cart, 'pay', 5);
      } finally {
        span.end();
      }
    });
  }
}

describe('the context of a request', () => {
  const network = new MemoryNetwork();
  const apps: INestApplication[] = [];
  let gateway: INestApplication;

  async function start(
    nodeName: string,
    providers: Type[],
    controllers: Type[] = [],
  ): Promise<INestApplication> {
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const imports: (DynamicModule | Promise<DynamicModule>)[] = [
      ClsModule.forRoot({ global: true, middleware: { mount: true } }),
      LoggerModule.forRootAsync({
        inject: [NOEX_OPTIONS],
        useFactory: (options: { nodeName: string }) =>
          noexPinoParams(options, { pinoHttp: [{ autoLogging: false }, { write }] }),
      }),
      NoexModule.forRoot({
        nodeName,
        transport: () => network.transport(),
        metrics: false,
        propagators: [clsPropagator({ keys: ['user'] })],
      }),
    ];
    const testing = await Test.createTestingModule({ imports, providers, controllers })
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const app = await testing.createNestApplication().init();
    apps.push(app);
    return app;
  }

  beforeAll(async () => {
    otelContext.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    );
    gateway = await start('gateway', [], [Shop]);
    const cluster = gateway.get(Cluster);
    const up = new Promise<void>((resolve) => {
      cluster.members.nodeUp.add(() => cluster.members.size === 2 && resolve());
    });
    await start('worker', [Cart]);
    await start('bank', [Ledger]);
    await up;
    const spawner = gateway.get(RemoteSpawnService);
    const shop = gateway.get(Shop);
    shop.ledger = await spawner.spawn(Ledger, { on: 'bank' });
    shop.cart = await spawner.spawn(Cart, { on: 'worker', args: { ledger: shop.ledger } });
  });

  beforeEach(() => {
    spans.reset();
    lines.length = noted.length = 0;
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    trace.disable();
    otelContext.disable();
    propagation.disable();
  });

  const pay = (user: string) =>
    request(gateway.getHttpServer() as never)
      .get('/pay')
      .set('user', user)
      .expect(200);

  it('one trace spans the HTTP request, its call, the remote handler and the calls that it makes', async () => {
    await pay('eva');
    const finished = spans.getFinishedSpans();
    const shape = (span: ReadableSpan): object => ({
      [`${SpanKind[span.kind]} ${span.name}`]: finished
        .filter((child) => child.parentSpanContext?.spanId === span.spanContext().spanId)
        .map(shape),
    });
    expect(shape(finished.find(({ name }) => name === 'GET /pay')!)).toEqual({
      'INTERNAL GET /pay': [
        {
          'CLIENT pay': [
            {
              'SERVER cart/pay': expect.arrayContaining([
                { 'PRODUCER send note': [{ 'CONSUMER process ledger/note': [] }] },
                { 'CLIENT book': [{ 'SERVER ledger/book': [] }] },
              ]) as object[],
            },
          ],
        },
      ],
    });
    expect(new Set(finished.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(finished.filter(({ name }) => name === 'ledger/book')).toHaveLength(2);
  });

  it('spans carry the standard attributes, and the error of what failed', async () => {
    const { remote, ledger } = { remote: gateway.get(RemoteCallService), ledger: gateway.get(Shop).ledger };
    await expect(remote.call(ledger, 'fail')).rejects.toThrow('no money');
    const [server, client] = spans.getFinishedSpans();
    expect(server).toMatchObject({
      name: 'ledger/fail',
      attributes: {
        'rpc.system': 'noex',
        'rpc.service': 'ledger',
        'rpc.method': 'fail',
        'noex.process': ledger.toString(),
        'error.type': 'RangeError',
      },
      status: { code: SpanStatusCode.ERROR, message: 'no money' },
    });
    expect(client).toMatchObject({
      name: 'fail',
      attributes: { 'rpc.system': 'noex', 'server.address': 'bank' },
      status: { code: SpanStatusCode.ERROR },
    });
  });

  it('values of nestjs-cls are there in remote handlers: those that were named, and those of this request', async () => {
    const replies = await Promise.all(['eva', 'adam'].map(async (user) => (await pay(user)).body as unknown));
    const booked = (amount: number, user: unknown) => ({ amount, user });
    expect(replies).toEqual([
      [booked(5, 'changed in between'), booked(1, 'changed in between')],
      [booked(5, 'changed in between'), booked(1, 'changed in between')],
    ]);
    expect(noted).toEqual(expect.arrayContaining([{ id: 'eva' }, { id: 'adam' }]));
  });

  it('goes with a cast that waits for room as with any other', async () => {
    await gateway.get(RemoteCallService).castAsync(gateway.get(Shop).ledger, 'note');
    await gateway.get(RemoteCallService).call(gateway.get(Shop).ledger, 'book', 1);
    const names = spans.getFinishedSpans().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['send note', 'process ledger/note']));
  });

  it('a log line in a handler carries its process, its behavior and the trace', async () => {
    await pay('eva');
    const [span] = spans.getFinishedSpans().filter(({ name }) => name === 'ledger/book');
    const booked = lines.filter(({ msg }) => msg === 'booked');
    expect(booked).toHaveLength(2);
    expect(booked[0]).toMatchObject({
      behavior: 'ledger',
      process: gateway.get(Shop).ledger.toString(),
      traceId: span!.spanContext().traceId,
      spanId: span!.spanContext().spanId,
    });
  });
});
