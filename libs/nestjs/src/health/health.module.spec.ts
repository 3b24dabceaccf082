import { Global, Module, VersioningType } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { get, httpApps, type HttpApp } from '../http-app.spec-support.js';
import { NOEX_HEALTH_SOURCE } from '../tokens.js';
import type { HealthSource } from './health-source.js';
import { createHealthController } from './health.controller.js';
import type { HealthPaths } from './health-paths.js';
import { HealthProbes } from './health-probes.js';
import { createHealthModule, createHealthModuleAsync } from './health.module.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';
import type { Readiness } from './readiness.js';

class FakeNode implements HealthSource {
  status: ReturnType<HealthSource['getStatus']> = 'running';
  peers = 0;
  readiness: Readiness = { state: 'up', reasons: [] };
  pending: string | undefined;
  readonly failing = new Map<string, string>();

  constructor(private readonly id: string) {}

  getStatus = () => this.status;
  getLocalNodeId = () => this.id;
  getConnectedNodeCount = () => this.peers;
  getReadiness = () => this.readiness;
  startupPending = () => this.pending;
  getLoopLagMs = () => 12;
  getFailingCanaries = () => this.failing;
}

describe('createHealthModule', () => {
  const startApp = httpApps();

  async function start(
    node: FakeNode,
    paths: HealthPaths | false = { livePath: 'livez', readyPath: 'readyz' },
    prepare?: (app: HttpApp) => void,
  ): Promise<HttpApp> {
    @Global()
    @Module({ providers: [{ provide: NOEX_HEALTH_SOURCE, useValue: node }], exports: [NOEX_HEALTH_SOURCE] })
    class NodeModule {}

    const health = paths ? createHealthModule(paths) : createHealthModuleAsync({ useFactory: () => false });
    return startApp({ imports: [NodeModule, health] }, prepare);
  }

  it.each(['starting', 'running', 'stopping', 'stopped'] as const)(
    'answers liveness with how late the event loop runs, and looks at nothing else: %s',
    async (status) => {
      const node = new FakeNode('n1');
      node.status = status;
      node.readiness = { state: 'down', reasons: ['stuck'] };
      node.pending = 'starting';
      const { body, headers } = await get(await start(node), '/livez').expect(200);
      expect(body).toEqual({ status: 'ok', loopLagMs: 12, timestamp: expect.any(String) });
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('has not started as long as something of it waits, and says for what', async () => {
    const node = new FakeNode('n1');
    node.pending = 'no seed has answered yet';
    const app = await start(node);
    const { body } = await get(app, '/startupz').expect(503);
    expect(body.error.noex).toMatchObject({ status: 'down', message: 'no seed has answered yet' });
    node.pending = undefined;
    expect((await get(app, '/startupz').expect(200)).body.info.noex.status).toBe('up');
  });

  it('answers /health with the node in Terminus’ form', async () => {
    const node = new FakeNode('n1');
    node.peers = 2;
    const response = await get(await start(node), '/health').expect(200);
    const noex = {
      status: 'up',
      clusterStatus: 'running',
      nodeId: 'n1',
      connectedNodes: 2,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    };
    expect(response.body).toEqual({ status: 'ok', info: { noex }, error: {}, details: { noex } });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it.each(['starting', 'running', 'stopping'] as const)('is alive while %s', async (status) => {
    const node = new FakeNode('n1');
    const app = await start(node);
    node.status = status;
    node.readiness = { state: 'down', reasons: ['draining'] };
    const { body } = await get(app, '/health').expect(200);
    expect(body.details.noex.clusterStatus).toBe(status);
  });

  it('is not alive once stopped', async () => {
    const node = new FakeNode('n1');
    const app = await start(node);
    node.status = 'stopped';
    const { body, headers } = await get(app, '/health').expect(503);
    expect(body).toMatchObject({
      status: 'error',
      info: {},
      error: { noex: { status: 'down', clusterStatus: 'stopped' } },
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it.each(['/readyz', '/ready'])('is ready at %s, without any peer', async (path) => {
    const { body, headers } = await get(await start(new FakeNode('n1')), path).expect(200);
    expect(body).toMatchObject({ status: 'ok', info: { noex: { status: 'up', connectedNodes: 0 } } });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is not ready with the reason while it starts or drains', async () => {
    const node = new FakeNode('n1');
    const app = await start(node);
    node.readiness = { state: 'down', reasons: ['the cluster is starting'] };
    const starting = await get(app, '/readyz').expect(503);
    expect(starting.body.error.noex).toMatchObject({
      status: 'down',
      message: 'the cluster is starting',
      nodeId: 'n1',
    });
    expect(starting.headers['cache-control']).toBe('no-store');

    node.readiness = { state: 'down', reasons: ['draining: 3 calls are running', 'slow'] };
    const draining = await get(app, '/ready').expect(503);
    expect(draining.body).toMatchObject({
      status: 'error',
      error: { noex: { message: 'draining: 3 calls are running; slow', clusterStatus: 'running' } },
    });
  });

  it('is ready, and says what is wrong, while it is degraded', async () => {
    const node = new FakeNode('n1');
    node.readiness = { state: 'degraded', reasons: ['the event loop runs late'] };
    const { body } = await get(await start(node), '/readyz').expect(200);
    expect(body).toMatchObject({
      status: 'degraded',
      info: { noex: { status: 'degraded', reasons: ['the event loop runs late'], nodeId: 'n1' } },
      error: {},
    });
  });

  it('names the nodes that its canaries did not come back from', async () => {
    const node = new FakeNode('n1');
    const app = await start(node);
    expect((await get(app, '/readyz')).body.info.noex).not.toHaveProperty('failingCanaries');
    node.failing.set('n2', 'no reply');
    expect((await get(app, '/readyz')).body.info.noex).toMatchObject({
      status: 'up',
      failingCanaries: { n2: 'no reply' },
    });
  });

  it('stays alive, but not ready, while Terminus shuts down', async () => {
    const app = await start(new FakeNode('n1'));
    // What Nest does first at SIGTERM, while HTTP still answers.
    await (
      app as unknown as { callBeforeShutdownHook(signal?: string): Promise<void> }
    ).callBeforeShutdownHook('SIGTERM');
    await get(app, '/livez').expect(200);
    await get(app, '/startupz').expect(200);
    await get(app, '/health').expect(200);
    expect((await get(app, '/readyz').expect(503)).body.status).toBe('shutting_down');
  });

  it('serves other paths, and nothing at the default ones', async () => {
    const app = await start(new FakeNode('n1'), {
      livePath: 'ops/live',
      readyPath: 'ops/ready',
      startupPath: 'ops/started',
      aliases: false,
    });
    for (const path of ['live', 'ready', 'started']) await get(app, `/ops/${path}`).expect(200);
    for (const path of ['livez', 'readyz', 'startupz', 'health', 'ready'])
      await get(app, `/${path}`).expect(404);
  });

  it('takes its paths from injected options, also when they come late', async () => {
    const PATHS = Symbol('paths');
    const late = new Promise((resolve) =>
      setImmediate(resolve, { livePath: 'late/live', readyPath: 'late/ready' }),
    );
    @Module({
      providers: [
        { provide: NOEX_HEALTH_SOURCE, useValue: new FakeNode('n1') },
        { provide: PATHS, useFactory: () => late },
      ],
      exports: [NOEX_HEALTH_SOURCE, PATHS],
    })
    class NodeModule {}
    const health = createHealthModuleAsync({
      imports: [NodeModule],
      inject: [PATHS],
      useFactory: (paths: HealthPaths) => paths,
    });
    const app = await startApp({ imports: [health] });
    await get(app, '/late/live').expect(200);
    await get(app, '/late/ready').expect(200);
  });

  it('serves no route when it is switched off', async () => {
    const app = await start(new FakeNode('n1'), false);
    for (const path of ['livez', 'readyz', 'startupz', 'health', 'ready'])
      await get(app, `/${path}`).expect(404);
    expect(app.get(NoexHealthIndicator, { strict: false }).isReady().noex.status).toBe('up');
  });

  it('makes a controller with its paths for modules of one’s own', async () => {
    @Module({
      imports: [TerminusModule],
      controllers: [createHealthController({ livePath: 'a', readyPath: 'b' })],
      providers: [
        NoexHealthIndicator,
        HealthProbes,
        { provide: NOEX_HEALTH_SOURCE, useValue: new FakeNode('n1') },
      ],
    })
    class OwnModule {}
    const app = await startApp({ imports: [OwnModule] });
    await get(app, '/a').expect(200);
    await get(app, '/b').expect(200);
  });

  it('stays where probes look when the app versions its routes', async () => {
    const app = await start(new FakeNode('n1'), undefined, (made) =>
      made.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    );
    await get(app, '/livez').expect(200);
    await get(app, '/health').expect(200);
  });

  it('keeps two apps of one process apart', async () => {
    const [first, second] = [new FakeNode('n1'), new FakeNode('n2')];
    const one = await start(first);
    const two = await start(second, { livePath: 'live', readyPath: 'ready', aliases: false });
    second.readiness = { state: 'down', reasons: ['draining'] };
    expect((await get(one, '/health').expect(200)).body.info.noex.nodeId).toBe('n1');
    expect((await get(two, '/ready').expect(503)).body.error.noex.nodeId).toBe('n2');
    await get(two, '/live').expect(200);
    await get(one, '/ready').expect(200);
    await get(two, '/health').expect(404);
  });

  it('lends its indicator to health pages of the user', async () => {
    const node = new FakeNode('n1');
    @Module({ providers: [{ provide: NOEX_HEALTH_SOURCE, useValue: node }], exports: [NOEX_HEALTH_SOURCE] })
    class NodeModule {}
    const testing = await Test.createTestingModule({
      imports: [
        TerminusModule,
        createHealthModule({ livePath: 'health', readyPath: 'ready', imports: [NodeModule] }),
      ],
    }).compile();
    const indicator = testing.get(NoexHealthIndicator);
    const health = testing.get(HealthCheckService, { strict: false });
    expect((await health.check([() => indicator.isReady('node')])).info).toMatchObject({
      node: { status: 'up' },
    });
    await testing.close();
  });
});
