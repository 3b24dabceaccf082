import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { INestApplication } from '@nestjs/common';
import request from 'supertest';
import { IsInt, IsString, Min } from 'class-validator';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  HandleDown,
  HandleInfo,
  InvalidMessageError,
  NoexBehavior,
  NoexModule,
  ProcessGroupsService,
  ProcessNotFoundError,
  RemoteCallService,
  RemoteError,
  RemoteMonitorService,
  RemoteSpawnService,
  type MonitorDown,
  type ProcessContext,
  type ProcessDown,
  type ProcessRef,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

@Injectable()
class Catalog {
  constructor(private readonly remote: RemoteCallService) {}

  async ask(cart: ProcessRef<Cart>): Promise<unknown> {
    await null;
    return this.remote.call(cart, 'view');
  }

  price(sku: string): number {
    return sku.length;
  }
}

class AddItem {
  @IsString() sku!: string;
  @IsInt() @Min(1) quantity!: number;
}

@NoexBehavior('cart')
class Cart {
  private readonly lines = new Map<string, number>();
  private owner = '';
  private downs: string[] = [];
  constructor(private readonly catalog: Catalog) {}

  init(args: { owner: string }): void {
    if (args.owner === '') throw new Error('a cart needs an owner');
    this.owner = args.owner;
  }

  @HandleCall() add(item: AddItem): { owner: string; total: number } {
    this.lines.set(item.sku, (this.lines.get(item.sku) ?? 0) + item.quantity);
    return this.view();
  }

  @HandleCall() view(): { owner: string; total: number } {
    let total = 0;
    for (const [sku, quantity] of this.lines) total += quantity * this.catalog.price(sku);
    return { owner: this.owner, total };
  }

  @HandleCall() fail(): never {
    throw Object.assign(new RangeError('out of stock'), { code: 'E_STOCK', data: { left: 0 } });
  }

  @HandleCall() askLater(other: ProcessRef<Cart>): Promise<unknown> {
    return this.catalog.ask(other);
  }

  @HandleCast() clear(): void {
    this.lines.clear();
  }

  @HandleCall() expireSoon(_: void, ctx: ProcessContext): void {
    ctx.sendAfter(1, 'expire');
  }

  @HandleInfo('expire') onExpire(_: unknown, ctx: ProcessContext): void {
    ctx.stop('normal');
  }

  @HandleCall() watch(other: ProcessRef<Cart>, ctx: ProcessContext): void {
    ctx.monitor(other);
  }

  @HandleDown() gone(down: ProcessDown): void {
    this.downs.push(String(down.reason));
  }

  @HandleCall() seen(): string[] {
    return this.downs;
  }
}

/** A Nest app on the memory network; its log lines stay out of the test's output. */
async function startApp(network: MemoryNetwork, nodeName: string): Promise<INestApplication> {
  @Module({
    imports: [
      NoexModule.forRoot({
        nodeName,
        strictMessages: true,
        transport: () => network.transport(),
        shutdown: { drainMs: 500 },
      }),
    ],
    providers: [Cart, Catalog],
  })
  class AppModule {}
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = testing.createNestApplication();
  app.useLogger(false);
  await app.init();
  return app;
}

function peerUp(app: INestApplication): Promise<void> {
  const cluster = app.get(ClusterService);
  if (cluster.getConnectedNodeCount() > 0) return Promise.resolve();
  return new Promise((resolve) => cluster.onNodeUp(() => resolve()));
}

describe('two Nest apps in one OS process', () => {
  let one: INestApplication;
  let two: INestApplication;
  let spawner: RemoteSpawnService;
  let remote: RemoteCallService;

  beforeEach(async () => {
    const network = new MemoryNetwork();
    one = await startApp(network, 'one');
    two = await startApp(network, 'two');
    await Promise.all([peerUp(one), peerUp(two)]);
    spawner = one.get(RemoteSpawnService);
    remote = one.get(RemoteCallService);
  });

  afterEach(async () => {
    await one.close();
    await two.close();
  });

  const placements = ['one', 'two'] as const;

  it.each(placements)('runs a behavior with its dependencies on node "%s"', async (on) => {
    const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on });
    expect(cart.node).toBe(on);
    await expect(remote.call(cart, 'add', { sku: 'A1', quantity: 2 })).resolves.toEqual({
      owner: 'eva',
      total: 4,
    });
    expect(remote.cast(cart, 'clear')).toBe(true);
    await expect(remote.call(cart, 'view')).resolves.toEqual({ owner: 'eva', total: 0 });
  });

  it.each(placements)('gives each process on "%s" a state of its own', async (on) => {
    const [a, b] = await Promise.all([
      spawner.spawn(Cart, { args: { owner: 'a' }, on }),
      spawner.spawn(Cart, { args: { owner: 'b' }, on }),
    ]);
    await remote.call(a, 'add', { sku: 'x', quantity: 1 });
    await expect(remote.call(b, 'view')).resolves.toEqual({ owner: 'b', total: 0 });
  });

  it.each(placements)(
    'answers a handler that throws on "%s" with its error, and the process lives on',
    async (on) => {
      const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on });
      const error = await remote.call(cart, 'fail').catch((e: unknown) => e);
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({
        name: 'RangeError',
        message: 'out of stock',
        remoteCode: 'E_STOCK',
        remoteData: { left: 0 },
        outcome: 'ran',
      });
      await expect(remote.call(cart, 'view')).resolves.toMatchObject({ owner: 'eva' });
    },
  );

  it.each(placements)(
    'refuses an invalid payload on "%s" with its violations and leaves the state alone',
    async (on) => {
      const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on });
      const error = await remote.call(cart, 'add', { sku: 'A1', quantity: 0 }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InvalidMessageError);
      expect(error).toMatchObject({ outcome: 'not-run', data: { violations: [{ field: 'quantity' }] } });
      await expect(remote.call(cart, 'view')).resolves.toEqual({ owner: 'eva', total: 0 });
    },
  );

  it.each(placements)('fails a spawn on "%s" whose init throws, and leaves no process', async (on) => {
    const before = two.get(RemoteSpawnService).getStats().processes;
    await expect(spawner.spawn(Cart, { args: { owner: '' }, on })).rejects.toMatchObject({
      code: 'spawn_failed',
      message: expect.stringContaining('a cart needs an owner') as string,
    });
    expect(two.get(RemoteSpawnService).getStats().processes).toBe(before);
  });

  it.each(placements)('tells a monitor once how a process on "%s" ended', async (on) => {
    const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on });
    const down = new Promise<MonitorDown>((resolve) => one.get(RemoteMonitorService).monitor(cart, resolve));
    await remote.call(cart, 'expireSoon');
    await expect(down).resolves.toEqual({ ref: cart, reason: 'normal' });
    await expect(remote.call(cart, 'view')).rejects.toBeInstanceOf(ProcessNotFoundError);
  });

  it('lets a process monitor one of another node, by a ref that came in a message', async () => {
    const watcher = await spawner.spawn(Cart, { args: { owner: 'w' }, on: 'one' });
    const watched = await spawner.spawn(Cart, { args: { owner: 'x' }, on: 'two' });
    await remote.call(watcher, 'watch', watched);
    const gone = new Promise<unknown>((resolve) => one.get(RemoteMonitorService).monitor(watched, resolve));
    spawner.stop(watched);
    await gone;
    await expect(remote.call(watcher, 'seen')).resolves.toEqual(['shutdown']);
  });

  it('serves health, readiness and metrics of its own node only', async () => {
    await spawner.spawn(Cart, { args: { owner: 'eva' }, on: 'two' });
    const health = await request(one.getHttpServer()).get('/health').expect(200);
    expect(health.body).toMatchObject({
      status: 'ok',
      info: { noex: { nodeId: 'one', connectedNodes: 1 } },
    });
    await request(one.getHttpServer()).get('/ready').expect(200);
    const [mine, other] = await Promise.all(
      [one, two].map(async (app) => (await request(app.getHttpServer()).get('/metrics').expect(200)).text),
    );
    expect(mine).toMatch(/^noex_remote_spawns_total 1$/m);
    expect(other).toMatch(/^noex_remote_spawns_total 0$/m);
    expect(mine).toMatch(/^noex_connected_nodes 1$/m);
  });

  it('shows the processes of its node', async () => {
    const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on: 'one' });
    await remote.call(cart, 'view');
    const observer = one.get(ClusterService).getObserver();
    expect(observer.info(cart)).toMatchObject({
      behavior: 'cart',
      status: 'idle',
      handled: 1,
      mailboxDepth: 0,
    });
    expect([...observer.list()]).toHaveLength(1);
    expect([...two.get(ClusterService).getObserver().list()]).toHaveLength(0);
  });

  it('finds a deadlock that goes through a service, in a behavior without async methods', async () => {
    const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on: 'two' });
    const error = await remote.call(cart, 'askLater', cart).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'DeadlockError' });
  });

  it('keeps groups of its processes', async () => {
    const cart = await spawner.spawn(Cart, { args: { owner: 'eva' }, on: 'one' });
    const groups = one.get(ProcessGroupsService);
    expect(groups.join('carts', cart)).toBe(true);
    expect(groups.members('carts')).toEqual([cart]);
    const left = new Promise((resolve) => groups.onChange('carts', resolve));
    spawner.stop(cart);
    await expect(left).resolves.toMatchObject({ kind: 'left', refs: [cart] });
    expect(groups.getGroups()).toEqual([]);
  });

  it('says goodbye, so that peers see a graceful shutdown', async () => {
    const down = new Promise((resolve) =>
      one.get(ClusterService).onNodeDown((id, reason) => resolve([id, reason])),
    );
    await two.close();
    await expect(down).resolves.toEqual(['two', 'graceful_shutdown']);
  });
});
