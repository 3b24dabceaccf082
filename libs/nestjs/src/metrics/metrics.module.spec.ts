import { Global, Injectable, Module, VersioningType, type ModuleMetadata } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, register as globalRegistry, Registry } from 'prom-client';
import { get as getFrom, httpApps, type HttpApp } from '../http-app.spec-support.js';
import { NOEX_METRICS_SOURCE } from '../tokens.js';
import { parseExposition } from './exposition.spec-support.js';
import { fakeSource } from './fake-source.spec-support.js';
import { metricsPage } from './metrics-page.js';
import type { MetricsSource } from './metrics-source.js';
import { NOEX_METRICS_REGISTRY } from './metrics.controller.js';
import { createMetricsModule, createMetricsModuleAsync } from './metrics.module.js';
import { createNodeRegistry } from './node-registry.js';

class FakeNode {
  ready: 'up' | 'degraded' | 'down' = 'up';
  flown: ReturnType<MetricsSource['canaries']>;
  readonly source: MetricsSource;

  constructor(
    values: Partial<Record<'connectedNodes' | 'callsSent' | 'callsPending' | 'processes', number>> = {},
    state = 'running',
    readonly lost = new Map<string, number>(),
    readonly down = new Map<string, number>(),
  ) {
    this.source = fakeSource({
      status: () => state,
      connectedNodes: () => values.connectedNodes ?? 0,
      callsSent: () => values.callsSent ?? 0,
      callsPending: () => values.callsPending ?? 0,
      remoteSpawns: () => 12,
      monitorsActive: () => 3,
      processes: () => values.processes ?? 0,
      processesStarted: () => 11,
      readiness: () => this.ready,
      loopLagMs: () => 1_250,
      canaries: () => this.flown,
      drops: () => this.lost.entries(),
      nodesDown: () => this.down.entries(),
    });
  }
}

/** Samples of a page by series; throws where the text is no exposition. */
const samples = (page: string) => parseExposition(page).samples;

describe('metrics', () => {
  const startApp = httpApps();

  async function start(
    { source }: FakeNode,
    page: { path?: string } | false = {},
    prepare?: (app: HttpApp) => void,
    providers: ModuleMetadata['providers'] = [],
  ): Promise<HttpApp> {
    @Global()
    @Module({
      providers: [{ provide: NOEX_METRICS_SOURCE, useValue: source }],
      exports: [NOEX_METRICS_SOURCE],
    })
    class NodeModule {}

    const metrics = page ? createMetricsModule(page) : createMetricsModuleAsync({ useFactory: () => false });
    return startApp({ imports: [NodeModule, metrics], providers }, prepare);
  }

  afterEach(() => {
    globalRegistry.clear();
    globalRegistry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
  });

  const get = (app: HttpApp, path = '/metrics') => getFrom(app, path);

  it('shows the metrics of the seed document to the letter', async () => {
    const node = new FakeNode({ connectedNodes: 2, callsSent: 41, callsPending: 5, processes: 7 });
    const { text } = await get(await start(node)).expect(200);
    expect(text).toContain(
      [
        '# HELP noex_cluster_status Cluster status (1=running, 0=other)',
        '# TYPE noex_cluster_status gauge',
        'noex_cluster_status 1',
        '',
        '# HELP noex_connected_nodes Number of connected nodes',
        '# TYPE noex_connected_nodes gauge',
        'noex_connected_nodes 2',
        '',
        '# HELP noex_remote_calls_total Total remote calls',
        '# TYPE noex_remote_calls_total counter',
        'noex_remote_calls_total 41',
        '',
        '# HELP noex_remote_calls_pending Pending remote calls',
        '# TYPE noex_remote_calls_pending gauge',
        'noex_remote_calls_pending 5',
        '',
        '# HELP noex_remote_spawns_total Total remote spawns',
        '# TYPE noex_remote_spawns_total counter',
        'noex_remote_spawns_total 12',
        '',
        '# HELP noex_remote_monitors_active Active remote monitors',
        '# TYPE noex_remote_monitors_active gauge',
        'noex_remote_monitors_active 3',
        '',
      ].join('\n'),
    );
    expect(samples(text).get('noex_processes')).toBe(7);
    expect(samples(text).get('noex_processes_started_total')).toBe(11);
  });

  it('is a Prometheus page: its content type, one line end at the end, the OS process', async () => {
    const { text, headers } = await get(await start(new FakeNode()));
    // Express puts the parameters in order; their order means nothing.
    expect(headers['content-type']!.split('; ').sort()).toEqual([
      'charset=utf-8',
      'text/plain',
      'version=0.0.4',
    ]);
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(/[^\n]\n$/);
    expect(samples(text).has('process_cpu_user_seconds_total')).toBe(true);
    expect(samples(text).has('nodejs_eventloop_lag_seconds')).toBe(true);
  });

  it.each(['starting', 'stopping', 'stopped'])('shows 0 for a node that is %s', async (status) => {
    const registry = createNodeRegistry(new FakeNode({}, status).source);
    expect(samples(await registry.metrics()).get('noex_cluster_status')).toBe(0);
  });

  it('counts by reason, with the reasons of nodes going down from the start', async () => {
    const node = new FakeNode(
      {},
      'running',
      new Map([['late_reply', 4]]),
      new Map([['heartbeat_timeout', 1]]),
    );
    const app = await start(node);
    node.lost.set('mailbox "full"\\', 2);
    const page = samples((await get(app)).text);
    expect(page.get('noex_dropped_total{reason="late_reply"}')).toBe(4);
    expect(page.get('noex_dropped_total{reason="mailbox \\"full\\"\\\\"}')).toBe(2);
    expect([...page].filter(([series]) => series.startsWith('noex_nodes_down_total'))).toEqual([
      ['noex_nodes_down_total{reason="heartbeat_timeout"}', 1],
      ['noex_nodes_down_total{reason="connection_closed"}', 0],
      ['noex_nodes_down_total{reason="connection_refused"}', 0],
      ['noex_nodes_down_total{reason="graceful_shutdown"}', 0],
    ]);
  });

  it('reads at each scrape, and adds nothing up', async () => {
    const values = { callsSent: 5 };
    const node = new FakeNode(values, 'running', new Map([['noproc', 3]]));
    const app = await start(node);
    await get(app);
    await Promise.all([get(app), get(app), get(app)]);
    const before = samples((await get(app)).text);
    expect(before.get('noex_remote_calls_total')).toBe(5);
    expect(before.get('noex_dropped_total{reason="noproc"}')).toBe(3);
    values.callsSent = 6;
    node.lost.set('noproc', 4);
    const after = samples((await get(app)).text);
    expect(after.get('noex_remote_calls_total')).toBe(6);
    expect(after.get('noex_dropped_total{reason="noproc"}')).toBe(4);
  });

  it.each([
    ['up', 1],
    ['degraded', 0.5],
    ['down', 0],
  ] as const)('shows readiness that is %s as %d', async (state, value) => {
    const node = new FakeNode();
    node.ready = state;
    expect(samples(await createNodeRegistry(node.source).metrics()).get('noex_ready')).toBe(value);
  });

  it('shows the canaries, and zeros where they are switched off, and how late the event loop runs', async () => {
    const node = new FakeNode();
    const page = async () => {
      const all = samples(await createNodeRegistry(node.source).metrics());
      return ['passed_total', 'failed_total', 'excused_total', 'duration_seconds'].map((name) =>
        all.get(`noex_canary_${name}`),
      );
    };
    expect(await page()).toEqual([0, 0, 0, 0]);
    node.flown = { passed: 7, failed: 2, excused: 1, lastMs: 3 };
    expect(await page()).toEqual([7, 2, 1, 0.003]);
    expect(samples(await createNodeRegistry(node.source).metrics()).get('noex_event_loop_lag_seconds')).toBe(
      1.25,
    );
  });

  it('keeps two apps of one process apart', async () => {
    const one = await start(new FakeNode({ connectedNodes: 1 }));
    const two = await start(new FakeNode({ connectedNodes: 9 }, 'stopping'), { path: 'ops/metrics' });
    const [first, second] = [samples((await get(one)).text), samples((await get(two, '/ops/metrics')).text)];
    expect([first.get('noex_connected_nodes'), first.get('noex_cluster_status')]).toEqual([1, 1]);
    expect([second.get('noex_connected_nodes'), second.get('noex_cluster_status')]).toEqual([9, 0]);
    await get(two, '/metrics').expect(404);
    expect(globalRegistry.getMetricsAsArray()).toEqual([]);
  });

  it('shows metrics that the app declares with @willsoto/nestjs-prometheus', async () => {
    @Injectable()
    class Orders {
      constructor(@InjectMetric('orders_total') readonly taken: Counter) {}
    }
    const app = await start(new FakeNode(), undefined, undefined, [
      Orders,
      makeCounterProvider({ name: 'orders_total', help: 'Orders taken', labelNames: ['shop'] }),
    ]);
    app.get(Orders).taken.inc({ shop: 'a' }, 2);
    const { text } = await get(app);
    expect(samples(text).get('orders_total{shop="a"}')).toBe(2);
    expect(samples(text).get('noex_cluster_status')).toBe(1);
    expect(text).toMatch(/[^\n]\n$/);
  });

  it('takes metrics into the registry of the node', async () => {
    const app = await start(new FakeNode());
    new Gauge({ name: 'carts', help: 'Carts', registers: [app.get<Registry>(NOEX_METRICS_REGISTRY)] }).set(3);
    expect(samples((await get(app)).text).get('carts')).toBe(3);
  });

  it('shows a name once when the global registry has it too, and keeps its default labels', async () => {
    const own = createNodeRegistry(new FakeNode({ connectedNodes: 4 }).source);
    const shared = new Registry();
    shared.setDefaultLabels({ app: 'shop' });
    new Gauge({ name: 'noex_connected_nodes', help: 'not ours', registers: [shared] }).set(99);
    new Gauge({ name: 'carts', help: 'Carts', registers: [shared] }).set(3);
    const page = samples(await metricsPage([own], shared));
    expect(page.get('noex_connected_nodes')).toBe(4);
    expect(page.get('carts{app="shop"}')).toBe(3);
  });

  it('leaves out a global registry that speaks another format, and says so', async () => {
    globalRegistry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    new Gauge({ name: 'carts', help: 'Carts' }).set(3);
    const { text } = await get(await start(new FakeNode()));
    expect(samples(text).has('carts')).toBe(false);
    expect(text).toMatch(/# prom-client's global registry is left out: .*openmetrics.*\n$/);
  });

  it('serves no page when it is switched off', async () => {
    const app = await start(new FakeNode(), false);
    await get(app).expect(404);
    await get(app, '/').expect(404);
    expect(await app.get<Registry>(NOEX_METRICS_REGISTRY).metrics()).toContain('noex_cluster_status 1');
  });

  it('takes its path from injected options', async () => {
    const PATH = Symbol('path');
    @Module({
      providers: [
        { provide: NOEX_METRICS_SOURCE, useValue: fakeSource() },
        { provide: PATH, useFactory: async () => 'late' },
      ],
      exports: [NOEX_METRICS_SOURCE, PATH],
    })
    class NodeModule {}
    const metrics = createMetricsModuleAsync({
      imports: [NodeModule],
      inject: [PATH],
      useFactory: (path: string) => ({ path }),
    });
    const app = await startApp({ imports: [metrics] });
    expect(samples((await get(app, '/late').expect(200)).text).get('noex_cluster_status')).toBe(1);
  });

  it('stays where Prometheus looks when the app versions its routes', async () => {
    const app = await start(new FakeNode(), undefined, (made) =>
      made.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    );
    await get(app).expect(200);
  });
});
