import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Post,
  type INestApplication,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { IsInt, IsString, Min } from 'class-validator';
import {
  ClusterService,
  HandleCall,
  InjectClient,
  NoexBehavior,
  NoexModule,
  RemoteSpawnService,
  type ProcessClient,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

class AddItem {
  @IsString() sku!: string;
  @IsInt() @Min(1) quantity!: number;
}

/** Opened by a test: what `wait` waits for. */
let gate: { come: () => void; go: Promise<void> };

@NoexBehavior('cart')
class Cart {
  private total = 0;

  @HandleCall() add(item: AddItem): { total: number } {
    this.total += item.quantity;
    return { total: this.total };
  }

  @HandleCall() find(): never {
    throw new NotFoundException({ statusCode: 404, message: 'no such cart', cart: 9 });
  }

  @HandleCall() fail(): never {
    throw new Error('a secret of the worker');
  }

  @HandleCall() async wait(): Promise<string> {
    gate.come();
    await gate.go;
    return 'done';
  }
}

@Controller()
class Gateway {
  constructor(
    @InjectClient(Cart) private readonly cart: ProcessClient<Cart>,
    @InjectClient(Cart, 'nobody') private readonly nobody: ProcessClient<Cart>,
  ) {}

  @Post('add') @HttpCode(200) add(@Body() item: AddItem): Promise<{ total: number }> {
    return this.cart.add(item);
  }
  @Get('find') find(): Promise<never> {
    return this.cart.find();
  }
  @Get('fail') fail(): Promise<never> {
    return this.cart.fail();
  }
  @Get('nobody') missing(): Promise<never> {
    return this.nobody.find();
  }
  @Get('wait') async wait(): Promise<{ said: string }> {
    return { said: await this.cart.wait() };
  }
}

describe.each(['express', 'fastify'] as const)('a gateway on %s', (platform) => {
  let worker: INestApplication;
  let gateway: INestApplication;
  let url: string;

  beforeAll(async () => {
    const network = new MemoryNetwork();
    const options = (nodeName: string) => ({ nodeName, transport: () => network.transport() });
    const worked = await Test.createTestingModule({
      imports: [NoexModule.forRoot(options('worker'))],
      providers: [Cart],
    }).compile();
    worker = await worked.createNestApplication({ logger: false }).init();
    const clients = [{ behavior: Cart }, { behavior: Cart, name: 'nobody', timeoutMs: 20 }];
    const served = await Test.createTestingModule({
      imports: [NoexModule.forRoot(options('gateway')), NoexModule.forFeature({ clients })],
      controllers: [Gateway],
    }).compile();
    gateway =
      platform === 'fastify'
        ? served.createNestApplication(new FastifyAdapter(), { logger: false })
        : served.createNestApplication({ logger: false });
    await gateway.listen(0, '127.0.0.1');
    url = await gateway.getUrl();
    await worker.get(RemoteSpawnService).spawn(Cart, { globalName: 'cart', on: 'local' });
  });
  afterAll(() => Promise.all([gateway.close(), worker.close()]));

  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${url}/${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const add = (item: object) =>
    ask('add', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(item),
    });

  it('answers with what a behavior of another node replied', async () => {
    expect(await add({ sku: 'A1', quantity: 2 })).toEqual({ status: 200, body: { total: 2 } });
  });

  it('answers an invalid message with 400, and says what is wrong with it', async () => {
    const { status, body } = await add({ sku: 7, quantity: 0 });
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, message: expect.stringContaining('quantity') });
  });

  it('answers an HttpException of a remote handler with its status and response', async () => {
    expect(await ask('find')).toMatchObject({
      status: 404,
      body: { statusCode: 404, message: 'no such cart' },
    });
  });

  it('answers any other error of a remote handler with 500, and tells nothing of it', async () => {
    const { status, body } = await ask('fail');
    expect([status, JSON.stringify(body)]).toEqual([500, expect.not.stringContaining('secret')]);
  });

  it('answers a process that is not there with 404', async () => {
    expect((await ask('nobody')).status).toBe(404);
  });

  it('serves health and metrics', async () => {
    expect((await ask('readyz')).body).toMatchObject({
      details: { noex: { status: 'up', connectedNodes: 1 } },
    });
    const metrics = await fetch(`${url}/metrics`);
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain; version=0.0.4'),
    ]);
    expect(await metrics.text()).toContain('\nnoex_connected_nodes 1\n');
  });

  it('finishes the request under way when it closes, and then leaves', async () => {
    let open!: () => void;
    const come = new Promise<void>((resolve) => {
      gate = { come: resolve, go: new Promise((go) => (open = go)) };
    });
    const answer = ask('wait');
    await come;
    const left = new Promise((resolve) =>
      worker.get(ClusterService).onNodeDown((_, reason) => resolve(reason)),
    );
    const leaving = new Promise<void>((resolve) => {
      gateway.get(ClusterService).onStatusChange((status) => void (status === 'stopping' && resolve()));
    });
    const closed = gateway.close();
    await leaving;
    open();
    expect(await answer).toEqual({ status: 200, body: { said: 'done' } });
    expect(await left).toBe('graceful_shutdown');
    await closed;
    await expect(fetch(`${url}/readyz`)).rejects.toThrow();
  });
});
