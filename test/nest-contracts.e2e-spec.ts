import { Controller, Get, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Type as Nested } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import request from 'supertest';
import { z } from 'zod';
import { Cluster } from '@noex/cluster';
import {
  defineContract,
  HandleCall,
  InvalidMessageError,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

// --- what both apps know ---

interface CartApi {
  init(args: { owner: string; lines?: { sku: string; quantity: number }[] }): void;
  add(item: { sku: string; quantity: number }): Promise<number>;
  owner(): string;
}

const Cart = defineContract<CartApi>('cart');

// --- what only the worker knows ---

class Line {
  @IsString() sku!: string;
  @IsInt() @Min(1) quantity!: number;
}

class OpenCart {
  @IsString() owner!: string;
  @ValidateNested({ each: true }) @Nested(() => Line) lines: Line[] = [];
}

@NoexBehavior(Cart, { args: OpenCart })
class CartBehavior {
  private readonly lines: { sku: string; quantity: number }[] = [];
  private name = '';

  init({ owner, lines }: OpenCart): void {
    this.name = owner;
    for (const line of lines ?? []) {
      if (!(line instanceof Line)) throw new Error('not checked');
      this.lines.push(line);
    }
  }

  @HandleCall({ schema: z.object({ sku: z.string(), quantity: z.coerce.number().min(1) }) })
  add(item: { sku: string; quantity: number }): Promise<number> {
    this.lines.push(item);
    return Promise.resolve(this.lines.reduce((sum, { quantity }) => sum + quantity, 0));
  }

  @HandleCall() owner(): string {
    return this.name;
  }
}

@NoexBehavior('trusting', { validate: false })
class Trusting {
  @HandleCall() add(line: Line): unknown {
    return [line instanceof Line, line];
  }
}

@Controller()
class Gateway {
  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly remote: RemoteCallService,
  ) {}

  @Get('total') async total(): Promise<{ total: number; owner: string }> {
    const cart = this.remote.client(await this.spawner.spawn(Cart, { args: { owner: 'eva' } }));
    await cart.add({ sku: 'A1', quantity: 2 });
    return { total: await cart.add({ sku: 'B2', quantity: 3 }), owner: await cart.owner() };
  }
}

describe('a gateway without the code of its workers', () => {
  const network = new MemoryNetwork();
  const apps: INestApplication[] = [];

  async function start(nodeName: string, providers: Type[], controllers: Type[]): Promise<INestApplication> {
    const noex = NoexModule.forRoot({ nodeName, transport: () => network.transport(), metrics: false });
    const testing = await Test.createTestingModule({ imports: [noex], providers, controllers })
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const app = await testing.createNestApplication().init();
    apps.push(app);
    return app;
  }

  let gateway: INestApplication;
  beforeAll(async () => {
    gateway = await start('gateway', [], [Gateway]);
    const up = new Promise((resolve) => gateway.get(Cluster).members.nodeUp.add(resolve));
    await start('worker', [CartBehavior, Trusting], []);
    await up;
  });
  afterAll(() => Promise.all(apps.map((app) => app.close())));

  const rejected = async (promise: Promise<unknown>): Promise<InvalidMessageError> =>
    promise.then(
      () => Promise.reject(new Error('it was taken')),
      (error: unknown) => error as InvalidMessageError,
    );

  it('uses them by their contract alone', async () => {
    const { body } = await request(gateway.getHttpServer() as never)
      .get('/total')
      .expect(200);
    expect(body).toEqual({ total: 5, owner: 'eva' });
  });

  it('gets every violation of the arguments of a spawn, nested ones too, and no process is left', async () => {
    const error = await rejected(
      gateway
        .get(RemoteSpawnService)
        .spawn(Cart, { args: { owner: 7, lines: [{ sku: 'A1', quantity: 0 }] } as never }),
    );
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error.outcome).toBe('not-run');
    expect(error.data['violations']).toMatchObject([{ field: 'owner' }, { field: 'lines.0.quantity' }]);
  });

  it('gets the violations of a schema', async () => {
    const cart = gateway
      .get(RemoteCallService)
      .client(
        await gateway
          .get(RemoteSpawnService)
          .spawn(Cart, { args: { owner: 'eva', lines: [{ sku: 'A1', quantity: 1 }] } }),
      );
    const error = await rejected(cart.add({ sku: 1 as never, quantity: 0 }));
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error.data['violations']).toMatchObject([{ field: 'sku' }, { field: 'quantity' }]);
    expect(await cart.add({ sku: 'A1', quantity: '4' as never })).toBe(5);
  });

  it('is not checked by a behavior that says so', async () => {
    const ref = await gateway.get(RemoteSpawnService).spawn<Trusting>('trusting');
    const calls = gateway.get(RemoteCallService);
    expect(await calls.call(ref, 'add', { sku: 1, quantity: -1 } as never)).toEqual([
      false,
      { sku: 1, quantity: -1 },
    ]);
  });
});
