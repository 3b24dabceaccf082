import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Cluster } from '@noex/cluster';
import {
  BehaviorNotFoundError,
  ClusterService,
  HandleCall,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

@Injectable()
class Prices {
  of(sku: string): number {
    return sku.length;
  }
}

@NoexBehavior('cart')
class Cart {
  constructor(private readonly prices: Prices) {}

  @HandleCall() price(sku: string): number {
    return this.prices.of(sku);
  }
}

@Module({ imports: [NoexModule.forFeature([Cart])], providers: [Cart, Prices] })
class CartModule {}

@NoexBehavior('cart')
class OtherCart {
  @HandleCall() price(): number {
    return 0;
  }
}

@Module({ imports: [NoexModule.forFeature([OtherCart])], providers: [OtherCart] })
class OtherModule {}

@Module({ imports: [NoexModule.forFeature([Cart])], providers: [Prices] })
class ForgetfulModule {}

describe('NoexModule.forFeature', () => {
  const network = new MemoryNetwork();
  const apps: INestApplication[] = [];
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.close()));
    apps.length = 0;
  });

  async function start(nodeName: string, imports: unknown[] = []): Promise<INestApplication> {
    const noex = NoexModule.forRoot({ nodeName, transport: () => network.transport(), metrics: false });
    const testing = await Test.createTestingModule({ imports: [noex, ...(imports as Type[])] })
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const app = await testing.createNestApplication().init();
    apps.push(app);
    return app;
  }

  const price = async (app: INestApplication, on: string): Promise<number> => {
    const cart = await app.get(RemoteSpawnService).spawn<Cart>('cart', { on });
    return app.get(RemoteCallService).call(cart, 'price', 'A1');
  };

  it('registers behaviors with their dependencies when the app starts', async () => {
    const app = await start('eager', [CartModule]);
    expect(await price(app, 'local')).toBe(2);
  });

  it('makes those of a module that is loaded later known, here and to peers at once', async () => {
    const gateway = await start('gateway');
    const up = new Promise((resolve) => gateway.get(Cluster).members.nodeUp.add(resolve));
    const worker = await start('worker');
    await up;
    await expect(price(gateway, 'worker')).rejects.toThrow(BehaviorNotFoundError);
    await worker.get(LazyModuleLoader).load(() => CartModule);
    expect(await price(worker, 'local')).toBe(2);
    const known = () =>
      gateway
        .get(ClusterService)
        .getNodes()
        .find(({ id }) => id === 'worker')!
        .behaviors.includes('cart');
    while (!known()) await new Promise(setImmediate);
    expect(await price(gateway, 'worker')).toBe(2);
  });

  it('refuses a second behavior of a name when its module is loaded, and leaves the first as it is', async () => {
    const app = await start('twice', [CartModule]);
    await expect(app.get(LazyModuleLoader).load(() => OtherModule)).rejects.toThrow(
      'two behaviors are named "cart": Cart and OtherCart',
    );
    expect(await price(app, 'local')).toBe(2);
  });

  it('says which behavior is not among the providers', async () => {
    await expect(start('forgetful', [ForgetfulModule])).rejects.toThrow(
      'forFeature() names Cart, which is no',
    );
    const app = await start('later');
    await expect(app.get(LazyModuleLoader).load(() => ForgetfulModule)).rejects.toThrow('names Cart');
  });
});
