import type { TestingModule } from '@nestjs/testing';
import { InvalidMessageError, RemoteCallService, RemoteSpawnService, type ProcessRef } from '@noex/nestjs';
import { VirtualClock } from '@noex/testing';
import { NoexTestingModule } from '@noex/testing/nest';
import { CartBehavior, CartModule, Catalog } from './cart.js';

describe('a cart', () => {
  const clock = new VirtualClock();
  let module: TestingModule;
  let remote: RemoteCallService;
  let cart: ProcessRef<CartBehavior>;

  beforeAll(async () => {
    module = await NoexTestingModule.create({ imports: [CartModule], clock })
      .overrideProvider(Catalog)
      .useValue({ price: (sku: string) => Promise.resolve(sku === 'A1' ? 5 : 7) })
      .compile();
    await module.init();
    remote = module.get(RemoteCallService);
  });
  beforeEach(async () => {
    cart = await module.get(RemoteSpawnService).spawn(CartBehavior);
  });
  afterAll(() => module.close());

  it('sums up what is added to it', async () => {
    expect(await remote.call(cart, 'add', { sku: 'A1', quantity: 2 })).toBe(10);
    expect(await remote.call(cart, 'add', { sku: 'B2', quantity: 1 })).toBe(17);
  });

  it('refuses what is no item, and is as it was', async () => {
    const wrong = remote.call(cart, 'add', { sku: 'A1', quantity: 0 });
    await expect(wrong).rejects.toBeInstanceOf(InvalidMessageError);
    expect(await remote.call(cart, 'total')).toBe(0);
  });

  it('expires after a minute', async () => {
    await clock.advance(59_000);
    expect(await remote.call(cart, 'total')).toBe(0);
    await clock.advance(1_000);
    await expect(remote.call(cart, 'total')).rejects.toMatchObject({ code: 'noproc' });
  });
});
