import { Injectable, type INestApplication } from '@nestjs/common';
import request from 'supertest';
import {
  ClusterService,
  defineContract,
  getNoexToken,
  GlobalRegistryService,
  HandleCall,
  InjectClient,
  InjectNoex,
  NoexBehavior,
  NoexModule,
  ProcessGroupsService,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  SupervisionService,
  type BeforeDrain,
  type ProcessClient,
  type ProcessContext,
} from '@noex/nestjs';
import { samplesOf } from './exposition.js';
import { nestApps, sees, serviceOf, until } from './apps.js';

interface StockApi {
  of(sku: string): Promise<string>;
}
const Stock = defineContract<StockApi>('stock');

/** Of the peers. */
@NoexBehavior(Stock)
class StockBehavior {
  @HandleCall() async of(sku: string, ctx?: ProcessContext): Promise<string> {
    return `${sku} at ${ctx!.node}`;
  }
}

/** Resolves for all when so many have come. */
class Meeting {
  private readonly come: (() => void)[] = [];
  constructor(private readonly count: number) {}

  arrive(): Promise<void> {
    return new Promise((resolve) => {
      this.come.push(resolve);
      if (this.come.length === this.count) for (const go of this.come) go();
    });
  }
}

/** Where the desks of both nodes wait for each other: in a call, and at their end. */
let meetings: { calls: Meeting; ends: Meeting } | undefined;

class Desk {
  constructor(private readonly place: string) {}

  @HandleCall() city(): string {
    return this.place;
  }

  @HandleCall() async meet(): Promise<string> {
    await meetings!.calls.arrive();
    return this.place;
  }

  async terminate(): Promise<void> {
    await meetings?.ends.arrive();
  }
}

// Two behaviors of the same name, each on one node of the app.
@NoexBehavior('desk', { node: 'eu', autoStart: { name: 'desk' } })
class EuropeanDesk extends Desk {
  constructor() {
    super('Brno');
  }
}

@NoexBehavior('desk', { node: 'us', autoStart: { name: 'desk' } })
class AmericanDesk extends Desk {
  constructor() {
    super('Boston');
  }
}

@Injectable()
class Gateway implements BeforeDrain {
  drains = 0;

  constructor(
    @InjectNoex(RemoteCallService, 'eu') readonly remoteEu: RemoteCallService,
    @InjectNoex(RemoteCallService, 'us') readonly remoteUs: RemoteCallService,
    @InjectNoex(RemoteSpawnService, 'eu') readonly spawnerEu: RemoteSpawnService,
    @InjectNoex(RemoteSpawnService, 'us') readonly spawnerUs: RemoteSpawnService,
    @InjectClient(Stock, 'stock', 'eu') readonly stockEu: ProcessClient<StockApi>,
    @InjectClient(Stock, 'stock', 'us') readonly stockUs: ProcessClient<StockApi>,
  ) {}

  beforeDrain(): void {
    this.drains++;
  }
}

describe('an app that is a node of two clusters', () => {
  const { on, start } = nestApps();
  let app: INestApplication;
  let peers: Record<'eu' | 'us', INestApplication>;
  let gateway: Gateway;

  beforeEach(async () => {
    app = await start({
      imports: [
        NoexModule.forRoot({ name: 'eu', ...on('europe', 'gateway') }),
        // The name is known before the options are.
        NoexModule.forRootAsync({ name: 'us', useFactory: async () => on('america', 'gateway') }),
        NoexModule.forFeature({
          behaviors: [EuropeanDesk, AmericanDesk],
          clients: [
            { behavior: Stock, name: 'stock', node: 'eu' },
            { behavior: Stock, name: 'stock', node: 'us' },
          ],
        }),
      ],
      providers: [EuropeanDesk, AmericanDesk, Gateway],
    });
    gateway = app.get(Gateway);
    peers = {
      eu: await start({ imports: [NoexModule.forRoot(on('europe', 'e1'))], providers: [StockBehavior] }),
      us: await start({ imports: [NoexModule.forRoot(on('america', 'a1'))], providers: [StockBehavior] }),
    };
    for (const node of ['eu', 'us'] as const) {
      await sees(app, 1, node);
      await sees(peers[node], 1);
      const options = { globalName: 'stock', on: 'local' };
      await peers[node].get(RemoteSpawnService).spawn(StockBehavior, options);
    }
  });

  it('reaches the processes of both from one service, each by its own node', async () => {
    expect([await gateway.stockEu.of('A1'), await gateway.stockUs.of('A1')]).toEqual([
      'A1 at e1',
      'A1 at a1',
    ]);
    const [eu, us] = await Promise.all([gateway.spawnerEu.spawn(Stock), gateway.spawnerUs.spawn(Stock)]);
    expect([
      await gateway.remoteEu.call(eu, 'of', 'B2'),
      await gateway.remoteUs.call(us, 'of', 'B2'),
    ]).toEqual(['B2 at e1', 'B2 at a1']);
    // The other cluster is none of its business.
    await expect(gateway.remoteUs.call(eu, 'of', 'B2')).rejects.toMatchObject({ code: 'node_unreachable' });
  });

  it('has every service once for each node', () => {
    const services = [
      ClusterService,
      RemoteCallService,
      RemoteSpawnService,
      RemoteMonitorService,
      GlobalRegistryService,
      ProcessGroupsService,
      SupervisionService,
    ];
    for (const service of services) {
      const both = ['eu', 'us'].map((node) => serviceOf<object>(app, service, node));
      expect(both.map((each) => each.constructor)).toEqual([service, service]);
      expect(new Set(both).size).toBe(2);
      expect(() => app.get(service, { strict: false })).toThrow();
    }
    const clusters = ['eu', 'us'].map((node) => serviceOf(app, ClusterService, node));
    expect(clusters.map((cluster) => cluster.getNodes().map(({ id }) => id))).toEqual([
      ['gateway', 'e1'],
      ['gateway', 'a1'],
    ]);
  });

  it('runs each behavior on the node it belongs to, and starts it there for peers too', async () => {
    const cities = async (node: 'eu' | 'us') => {
      const own = serviceOf(app, RemoteSpawnService, node).whereis<EuropeanDesk>('desk')!;
      const desk = await peers[node].get(RemoteSpawnService).spawn<EuropeanDesk>('desk', { on: 'gateway' });
      return [
        await serviceOf(app, RemoteCallService, node).call(own, 'city'),
        await peers[node].get(RemoteCallService).call(desk, 'city'),
      ];
    };
    expect(await cities('eu')).toEqual(['Brno', 'Brno']);
    expect(await cities('us')).toEqual(['Boston', 'Boston']);
  });

  it('shows both on one page of health, and is ready when both are', async () => {
    const ready = () => request(app.getHttpServer()).get('/readyz');
    const { body } = await ready().expect(200);
    expect(body.details).toMatchObject({
      'noex:eu': { status: 'up', nodeId: 'gateway', connectedNodes: 1 },
      'noex:us': { status: 'up', nodeId: 'gateway', connectedNodes: 1 },
    });
    await request(app.getHttpServer()).get('/startupz').expect(200);
    await serviceOf(app, ClusterService, 'us').leave();
    const unready = await ready().expect(503);
    expect(Object.keys(unready.body.info)).toEqual(['noex:eu']);
    expect(unready.body.error).toMatchObject({ 'noex:us': { message: 'the node is leaving the cluster' } });
    const health = await request(app.getHttpServer()).get('/health').expect(503);
    expect([Object.keys(health.body.info), Object.keys(health.body.error)]).toEqual([
      ['noex:eu'],
      ['noex:us'],
    ]);
  });

  it('shows the metrics of both on one page, told apart by a label, and those of the OS process once', async () => {
    await Promise.all([gateway.stockEu.of('A1'), gateway.stockUs.of('A1'), gateway.stockUs.of('A2')]);
    const { text } = await request(app.getHttpServer()).get('/metrics').expect(200);
    const samples = samplesOf(text);
    const value = (name: string, node: string) => samples.get(`${name}{node="${node}"}`);
    expect(['eu', 'us'].map((node) => value('noex_connected_nodes', node))).toEqual([1, 1]);
    expect(['eu', 'us'].map((node) => value('noex_remote_calls_total', node))).toEqual([1, 2]);
    expect([...samples.keys()].filter((name) => name.startsWith('process_cpu_seconds_total'))).toEqual([
      'process_cpu_seconds_total',
    ]);
  });

  it('leaves both at once when it closes, and runs hooks once; peers are told', async () => {
    const events: string[] = [];
    for (const node of ['eu', 'us'] as const) {
      serviceOf(app, ClusterService, node).onStatusChange((status) => events.push(`${node} ${status}`));
      peers[node]
        .get(ClusterService)
        .onNodeDown((id, reason) => events.push(`${node} lost ${id}: ${reason}`));
    }
    await app.close();
    await sees(peers.eu, 0);
    await sees(peers.us, 0);
    expect(events.slice(0, 2).sort()).toEqual(['eu stopping', 'us stopping']);
    expect(events.slice(2).sort()).toEqual([
      'eu lost gateway: graceful_shutdown',
      'eu stopped',
      'us lost gateway: graceful_shutdown',
      'us stopped',
    ]);
    expect(gateway.drains).toBe(1);
  });

  it('shares its time to leave: what one node finishes, and its processes end, while the other does', async () => {
    // The nodes that ask, and those that begin to leave.
    const calls = new Meeting(4);
    meetings = { calls, ends: new Meeting(2) };
    const asked = (['eu', 'us'] as const).map(async (node) => {
      const desk = serviceOf(app, RemoteSpawnService, node).whereis<Desk>('desk')!;
      return peers[node].get(RemoteCallService).call(desk, 'meet', undefined, { timeoutMs: 10_000 });
    });
    for (const node of ['eu', 'us'] as const) {
      serviceOf(app, ClusterService, node).onStatusChange((status) => {
        if (status === 'stopping') void calls.arrive();
      });
      await until(
        'the call is there',
        () => serviceOf(app, RemoteCallService, node).getStats().callsServing === 1,
      );
    }
    const begun = performance.now();
    await app.close();
    meetings = undefined;
    expect(await Promise.all(asked)).toEqual(['Brno', 'Boston']);
    // One after the other, the first would wait in vain until its share of the time is over.
    expect(performance.now() - begun).toBeLessThan(1_000);
    const ledgers = (['eu', 'us'] as const).map((node) => serviceOf(app, ClusterService, node).leave());
    expect(await Promise.all(ledgers)).toMatchObject(
      Array(2).fill({ callsCompleted: 1, processesKilled: 0 }),
    );
  });

  it('of which one leaves goes on in the other', async () => {
    await serviceOf(app, ClusterService, 'eu').leave();
    await until('the peer has noticed', () => peers.eu.get(ClusterService).getConnectedNodeCount() === 0);
    expect(await gateway.stockUs.of('A1')).toBe('A1 at a1');
    await expect(gateway.stockEu.of('A1')).rejects.toMatchObject({ code: 'node_not_running' });
    await app.close();
    expect(gateway.drains).toBe(1);
  });
});

describe('a named node beside the one without a name', () => {
  const { on, start } = nestApps();

  it('leaves that one’s tokens, names and pages as they are', async () => {
    const app = await start({
      imports: [
        NoexModule.forRoot({ name: 'us', ...on('america', 'second') }),
        NoexModule.forRoot(on('europe', 'first')),
      ],
    });
    expect(app.get(ClusterService).getLocalNodeId()).toBe('first');
    expect(app.get(RemoteSpawnService)).toBe(app.get(getNoexToken(RemoteSpawnService)));
    expect(serviceOf(app, ClusterService, 'us').getLocalNodeId()).toBe('second');
    const { body } = await request(app.getHttpServer()).get('/readyz').expect(200);
    expect(
      Object.entries(body.details).map(([key, node]) => [key, (node as { nodeId: string }).nodeId]),
    ).toEqual([
      ['noex', 'first'],
      ['noex:us', 'second'],
    ]);
    const samples = samplesOf((await request(app.getHttpServer()).get('/metrics').expect(200)).text);
    expect(samples.get('noex_cluster_status')).toBe(1);
    expect(samples.get('noex_cluster_status{node="us"}')).toBe(1);
  });
});
