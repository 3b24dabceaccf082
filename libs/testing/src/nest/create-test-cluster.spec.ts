import { Controller, Get, Injectable, Module } from '@nestjs/common';
import {
  HandleCall,
  HandleInfo,
  NOEX_OPTIONS,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessContext,
  type ResolvedNoexOptions,
} from '@noex/nestjs';
import request from 'supertest';
import { createTestCluster } from './create-test-cluster.js';

@Injectable()
class Prices {
  of(): number {
    return 5;
  }
}

@NoexBehavior('cart')
class Cart {
  private ticks = 0;
  constructor(private readonly prices: Prices) {}
  init(_: unknown, ctx: ProcessContext): void {
    ctx.sendEvery(1_000, 'tick');
  }
  @HandleCall() price(): number {
    return this.prices.of();
  }
  @HandleCall() ticked(): number {
    return this.ticks;
  }
  @HandleInfo() tick(): void {
    this.ticks++;
  }
}

@Module({ providers: [Prices, Cart] })
class CartModule {}

@Controller()
class Hello {
  @Get('hello') hello(): string {
    return 'hello';
  }
}

describe('createTestCluster', () => {
  it('starts nodes of given names, or n1, n2, …, each of which sees all others', async () => {
    const [three, named] = await Promise.all([
      createTestCluster({ nodes: 3 }),
      createTestCluster({ nodes: ['web', 'worker'] }),
    ]);
    expect(three.nodes.map(({ id, cluster }) => [id, cluster.members.size])).toEqual([
      ['n1', 2],
      ['n2', 2],
      ['n3', 2],
    ]);
    expect(named.nodes.map(({ id, cluster }) => [id, cluster.members.size])).toEqual([
      ['web', 1],
      ['worker', 1],
    ]);
    await Promise.all([three.close(), named.close()]);
  });

  it.each<[unknown]>([[0], [[]], [['a', 'a']]])('refuses %j as its nodes', async (nodes) => {
    await expect(createTestCluster({ nodes: nodes as never })).rejects.toThrow(TypeError);
  });

  it('gives all nodes the same modules, or each its own', async () => {
    const cluster = await createTestCluster({
      nodes: ['web', 'worker'],
      imports: (id) => (id === 'worker' ? [CartModule] : []),
      providers: [Prices],
      controllers: (id) => (id === 'web' ? [Hello] : []),
      http: true,
    });
    expect(cluster.get('web', RemoteSpawnService).whereis('cart')).toBeUndefined();
    const cart = await cluster.get('web', RemoteSpawnService).spawn(Cart);
    expect(cart.node).toBe('worker');
    expect(await cluster.get('web', RemoteCallService).call(cart, 'price')).toBe(5);
    await request(cluster.node('web').server).get('/hello').expect(200, 'hello');
    await request(cluster.node('worker').server).get('/hello').expect(404);
    await cluster.close();
  });

  it('gives the nodes their options, strict messages unless told otherwise', async () => {
    const cluster = await createTestCluster({
      nodes: 2,
      options: (id) => ({ clusterName: 'shop', ...(id === 'n2' && { strictMessages: false }) }),
    });
    const of = (id: string) => cluster.get<ResolvedNoexOptions>(id, NOEX_OPTIONS);
    expect(of('n1')).toMatchObject({ nodeName: 'n1', clusterName: 'shop', strictMessages: true });
    expect(of('n2')).toMatchObject({ nodeName: 'n2', clusterName: 'shop', strictMessages: false });
    await cluster.close();
  });

  it('has fakes put in, by node, in each of its lives', async () => {
    const cluster = await createTestCluster({
      nodes: 2,
      imports: [CartModule],
      override: (app, id) =>
        id === 'n2' ? app.overrideBehavior(Cart).useValue({ price: () => 42 }) : undefined,
    });
    const price = async (on: string) => {
      const cart = await cluster.get('n1', RemoteSpawnService).spawn(Cart, { on });
      return cluster.get('n1', RemoteCallService).call(cart, 'price');
    };
    expect([await price('n1'), await price('n2')]).toEqual([5, 42]);
    await cluster.restart('n2');
    expect(await price('n2')).toBe(42);
    await cluster.close();
  });

  it('keeps the lines of each node, and of all in order, and prints none', async () => {
    const print = jest.spyOn(process.stdout, 'write');
    const cluster = await createTestCluster({ nodes: 2 });
    const started = cluster.log.filter(({ fields }) => fields['event'] === 'node_started');
    expect(started.map(({ node }) => node)).toEqual(['n1', 'n2']);
    expect(new Set(cluster.node('n2').log.map(({ node }) => node))).toEqual(new Set(['n2']));
    expect(cluster.log.some(({ node }) => node === undefined)).toBe(true);
    await cluster.close();
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it('lets what each virtual moment sets off be done before the next one comes', async () => {
    const cluster = await createTestCluster({ nodes: 2, imports: [CartModule] });
    const cart = await cluster.get('n1', RemoteSpawnService).spawn(Cart, { on: 'n2' });
    await cluster.advance(60_000);
    expect(await cluster.get('n1', RemoteCallService).call(cart, 'ticked')).toBe(60);
    await cluster.close();
  });

  it('says who does not see whom when the nodes do not come together, and leaves none of them', async () => {
    const ended: string[] = [];
    const providers = (id: string) => [
      { provide: 'end', useFactory: () => ({ onApplicationShutdown: () => ended.push(id) }) },
    ];
    const cluster = createTestCluster({ nodes: 2, providers, options: (id) => ({ clusterName: id }) });
    await expect(cluster).rejects.toThrow(
      'until the nodes have noticed: n1 does not see n2; n2 does not see n1',
    );
    expect(ended.sort()).toEqual(['n1', 'n2']);
  });
});
