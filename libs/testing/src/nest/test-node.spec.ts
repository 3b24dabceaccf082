import { Controller, Get, Injectable, type OnModuleInit } from '@nestjs/common';
import { HandleCall, NoexBehavior, RemoteSpawnService } from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import request from 'supertest';
import { NoexTestingModuleBuilder } from './noex-testing-module.js';
import { TestNode } from './test-node.js';

const ended: string[] = [];

@NoexBehavior('cart', { autoStart: true })
class Cart {
  @HandleCall() add(): void {}
  terminate(): void {
    ended.push('terminated');
  }
}

@Controller()
class Hello {
  @Get('hello') hello(): string {
    return 'hello';
  }
}

@Injectable()
class Broken implements OnModuleInit {
  onModuleInit(): void {
    throw new Error('no database');
  }
}

const builder = (metadata: object) =>
  new NoexTestingModuleBuilder(metadata, undefined, { nodeName: 'n1', network: new MemoryNetwork() });

describe('a node of a test cluster', () => {
  beforeEach(() => (ended.length = 0));

  it('gives the providers of its app, and its log', async () => {
    const node = await TestNode.start('n1', builder({ providers: [Cart] }), false);
    expect(node.get(RemoteSpawnService).getStats().processes).toBe(2);
    expect(node.log.map(({ fields }) => fields['event'])).toContain('node_started');
    expect(() => node.server).toThrow(
      'node "n1" serves no HTTP: start the cluster with createTestCluster({ http: true })',
    );
    await node.close();
    await node.close();
    expect(ended).toEqual(['terminated']);
  });

  it('serves HTTP where it is asked to', async () => {
    const node = await TestNode.start('n1', builder({ controllers: [Hello] }), true);
    await request(node.server).get('/hello').expect(200, 'hello');
    await request(node.server).get('/ready').expect(200);
    await node.close();
  });

  it('that crashes gives its processes no say, and starts no other', async () => {
    const node = await TestNode.start('n1', builder({ providers: [Cart] }), false);
    await node.crash();
    expect(node.cluster.node.processCount).toBe(0);
    await expect(node.get(RemoteSpawnService).spawn(Cart)).rejects.toMatchObject({ code: 'spawn_refused' });
    await node.close();
    expect(ended).toEqual([]);
  });

  it('that cannot start says why', async () => {
    await expect(TestNode.start('n1', builder({ providers: [Broken] }), false)).rejects.toThrow(
      'no database',
    );
  });
});
