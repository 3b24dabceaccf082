import { Injectable, Logger } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import { IsInt, Min } from 'class-validator';
import { Cluster } from '@noex/cluster';
import {
  HandleCall,
  HandleInfo,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessContext,
} from '@noex/nestjs';
import { VirtualClock } from '../virtual-clock.js';
import { NoexTestingModule, type NoexTestingModuleBuilder } from './noex-testing-module.js';

class Item {
  @IsInt() @Min(1) quantity!: number;
}

@Injectable()
class Prices {
  of(): number {
    return 5;
  }
}

@NoexBehavior('cart')
class Cart {
  private sum = 0;
  constructor(private readonly prices: Prices) {}

  init(_: unknown, ctx: ProcessContext): void {
    ctx.sendAfter(60_000, 'expire');
  }
  @HandleCall() add(item: Item): number {
    this.sum += item.quantity * this.prices.of();
    return this.sum;
  }
  @HandleCall() look(payload: unknown): unknown {
    return payload;
  }
  @HandleInfo() expire(_: unknown, ctx: ProcessContext): void {
    ctx.stop('normal');
  }
}

@Injectable()
class Multiplier {
  readonly factor = 100;
}

@Injectable()
class FakeCart {
  private calls = 0;
  constructor(private readonly multiplier: Multiplier) {}
  add({ quantity }: { quantity: number }): number {
    return ++this.calls * this.multiplier.factor + quantity;
  }
}

describe('a testing module', () => {
  let module: TestingModule | undefined;
  afterEach(async () => {
    await module?.close();
    module = undefined;
  });

  async function start(builder: { compile(): Promise<TestingModule> }): Promise<TestingModule> {
    module = await builder.compile();
    await module.init();
    return module;
  }
  const app = (): NoexTestingModuleBuilder =>
    NoexTestingModule.create({ providers: [Cart, Prices, Multiplier] });
  const spawn = () => module!.get(RemoteSpawnService).spawn(Cart);
  const remote = () => module!.get(RemoteCallService);

  it('has a node of its own, whose messages are encoded as between nodes', async () => {
    await start(app());
    expect(module!.get(Cluster).self.id).toBe('test');
    const ref = await spawn();
    expect(await remote().call(ref, 'add', { quantity: 2 })).toBe(10);
    const payload = { at: new Date(0) };
    const got = await remote().call(ref, 'look', payload);
    expect(got).toEqual(payload);
    expect(got).not.toBe(payload);
    await expect(remote().call(ref, 'look', () => 1)).rejects.toMatchObject({ code: 'serialization' });
  });

  it('takes options of the node, and a clock', async () => {
    const clock = new VirtualClock();
    const providers = [Cart, Prices];
    await start(NoexTestingModule.create({ providers, clock, options: { strictMessages: false } }));
    const ref = await spawn();
    const payload = {};
    expect(await remote().call(ref, 'look', payload)).toBe(payload);
    await clock.advance(60_000);
    expect(module!.get(Cluster).node.isAlive(ref)).toBe(false);
  });

  it('prints nothing and keeps what the node and the app log', async () => {
    const print = jest.spyOn(process.stdout, 'write');
    const builder = app();
    await start(builder);
    new Logger('shop').error('closed');
    expect(builder.log).toContainEqual(
      expect.objectContaining({ node: 'test', fields: expect.objectContaining({ event: 'node_started' }) }),
    );
    expect(builder.log).toContainEqual({
      level: 'error',
      message: 'closed',
      fields: { rest: [undefined, 'shop'] },
    });
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it('puts a class in the place of a behavior, injected, one instance a process', async () => {
    await start(app().overrideBehavior(Cart).useClass(FakeCart));
    const [one, other] = [await spawn(), await spawn()];
    expect(await remote().call(one, 'add', { quantity: 1 })).toBe(101);
    expect(await remote().call(one, 'add', { quantity: 1 })).toBe(201);
    expect(await remote().call(other, 'add', { quantity: 1 })).toBe(101);
  });

  it('puts functions in its place, and still checks what they get', async () => {
    const add = jest.fn(() => Promise.resolve(1));
    await start(app().overrideBehavior(Cart).useValue({ add }));
    const ref = await spawn();
    expect(await remote().call(ref, 'add', { quantity: 2 })).toBe(1);
    expect(add).toHaveBeenCalledWith({ quantity: 2 }, expect.objectContaining({ self: ref }));
    await expect(remote().call(ref, 'add', { quantity: 0 })).rejects.toMatchObject({
      code: 'invalid_message',
    });
    await expect(remote().call(ref, 'look', 1)).rejects.toMatchObject({ code: 'invalid_message' });
    expect(add).toHaveBeenCalledTimes(1);
  });

  it('has all that Nest’s own builder has; the last override of a behavior counts', async () => {
    const builder = app()
      .overrideBehavior(Cart)
      .useValue({ add: () => 1 })
      .overrideBehavior(Cart)
      .useClass(FakeCart)
      .overrideProvider(Multiplier)
      .useValue({ factor: 1000 });
    await start(builder);
    expect(await remote().call(await spawn(), 'add', { quantity: 1 })).toBe(1001);
  });

  it('is not compiled with a fake for a behavior that the app does not have', async () => {
    const builder = NoexTestingModule.create({ providers: [] }).overrideBehavior(Cart).useValue({});
    await expect(builder.compile()).rejects.toThrow('overrideBehavior(Cart): the app has no such behavior');
  });
});
