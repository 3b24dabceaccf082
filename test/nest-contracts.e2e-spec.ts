import { Controller, Get } from '@nestjs/common';
import { Type as Nested } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import request from 'supertest';
import { z } from 'zod';
import {
  defineContract,
  HandleCall,
  InvalidMessageError,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';

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
  let cluster: TestCluster;
  let spawner: RemoteSpawnService;
  let remote: RemoteCallService;
  beforeAll(async () => {
    cluster = await createTestCluster({
      nodes: ['gateway', 'worker'],
      providers: (id) => (id === 'worker' ? [CartBehavior, Trusting] : []),
      controllers: (id) => (id === 'gateway' ? [Gateway] : []),
      http: true,
    });
    spawner = cluster.get('gateway', RemoteSpawnService);
    remote = cluster.get('gateway', RemoteCallService);
  });
  afterAll(() => cluster.close());

  const rejected = async (promise: Promise<unknown>): Promise<InvalidMessageError> =>
    promise.then(
      () => Promise.reject(new Error('it was taken')),
      (error: unknown) => error as InvalidMessageError,
    );

  it('uses them by their contract alone', async () => {
    const { body } = await request(cluster.node('gateway').server).get('/total').expect(200);
    expect(body).toEqual({ total: 5, owner: 'eva' });
  });

  it('gets every violation of the arguments of a spawn, nested ones too, and no process is left', async () => {
    const error = await rejected(
      spawner.spawn(Cart, { args: { owner: 7, lines: [{ sku: 'A1', quantity: 0 }] } as never }),
    );
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error.outcome).toBe('not-run');
    expect(error.data['violations']).toMatchObject([{ field: 'owner' }, { field: 'lines.0.quantity' }]);
  });

  it('gets the violations of a schema', async () => {
    const args = { owner: 'eva', lines: [{ sku: 'A1', quantity: 1 }] };
    const cart = remote.client(await spawner.spawn(Cart, { args }));
    const error = await rejected(cart.add({ sku: 1 as never, quantity: 0 }));
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error.data['violations']).toMatchObject([{ field: 'sku' }, { field: 'quantity' }]);
    expect(await cart.add({ sku: 'A1', quantity: '4' as never })).toBe(5);
  });

  it('is not checked by a behavior that says so', async () => {
    const ref = await spawner.spawn<Trusting>('trusting');
    expect(await remote.call(ref, 'add', { sku: 1, quantity: -1 } as never)).toEqual([
      false,
      { sku: 1, quantity: -1 },
    ]);
  });
});
