import { Global, Module, VersioningType } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { get, httpApps, type HttpApp } from '../http-app.spec-support.js';
import { NOEX_HEALTH_SOURCE } from '../tokens.js';
import type { HealthSource } from './health-source.js';
import { createHealthController, type HealthPaths } from './health.controller.js';
import { createHealthModule, createHealthModuleAsync } from './health.module.js';
import { NoexHealthIndicator } from './noex.health-indicator.js';

class FakeNode implements HealthSource {
  status: ReturnType<HealthSource['getStatus']> = 'running';
  peers = 0;
  draining = false;
  reason: string | undefined;

  constructor(private readonly id: string) {}

  getStatus = () => this.status;
  getLocalNodeId = () => this.id;
  getConnectedNodeCount = () => this.peers;
  isReady = () => this.status === 'running' && !this.draining;
  notReadyReason = () => this.reason;
}

describe('createHealthModule', () => {
  const startApp = httpApps();

  async function start(
    node: FakeNode,
    paths: HealthPaths | false = { livePath: 'health', readyPath: 'ready' },
    prepare?: (app: HttpApp) => void,
  ): Promise<HttpApp> {
    @Global()
    @Module({ providers: [{ provide: NOEX_HEALTH_SOURCE, useValue: node }], exports: [NOEX_HEALTH_SOURCE] })
    class NodeModule {}

    const health = paths ? createHealthModule(paths) : createHealthModuleAsync({ useFactory: () => false });
    return startApp({ imports: [NodeModule, health] }, prepare);
  }

  it('answers liveness with the node in Terminus’ form', async () => {
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
    node.draining = true;
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

  it('is ready while it runs, without any peer', async () => {
    const { body, headers } = await get(await start(new FakeNode('n1')), '/ready').expect(200);
    expect(body).toMatchObject({ status: 'ok', info: { noex: { status: 'up', connectedNodes: 0 } } });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is not ready with the reason while it starts or drains', async () => {
    const node = new FakeNode('n1');
    const app = await start(node);
    node.status = 'starting';
    const starting = await get(app, '/ready').expect(503);
    expect(starting.body.error.noex).toMatchObject({
      status: 'down',
      message: 'the node is starting',
      nodeId: 'n1',
    });
    expect(starting.headers['cache-control']).toBe('no-store');

    node.status = 'running';
    node.draining = true;
    node.reason = 'draining: 3 calls are running';
    const draining = await get(app, '/ready').expect(503);
    expect(draining.body).toMatchObject({
      status: 'error',
      error: { noex: { message: 'draining: 3 calls are running', clusterStatus: 'running' } },
    });
  });

  it('stays alive, but not ready, while Terminus shuts down', async () => {
    const app = await start(new FakeNode('n1'));
    // What Nest does first at SIGTERM, while HTTP still answers.
    await (
      app as unknown as { callBeforeShutdownHook(signal?: string): Promise<void> }
    ).callBeforeShutdownHook('SIGTERM');
    await get(app, '/health').expect(200);
    expect((await get(app, '/ready').expect(503)).body.status).toBe('shutting_down');
  });

  it('serves other paths, and nothing at the default ones', async () => {
    const app = await start(new FakeNode('n1'), { livePath: 'ops/live', readyPath: 'ops/ready' });
    await get(app, '/ops/live').expect(200);
    await get(app, '/ops/ready').expect(200);
    await get(app, '/health').expect(404);
    await get(app, '/ready').expect(404);
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
    await get(app, '/health').expect(404);
    await get(app, '/ready').expect(404);
    expect(app.get(NoexHealthIndicator, { strict: false }).isReady().noex.status).toBe('up');
  });

  it('makes a controller with its paths for modules of one’s own', async () => {
    @Module({
      imports: [TerminusModule],
      controllers: [createHealthController({ livePath: 'a', readyPath: 'b' })],
      providers: [NoexHealthIndicator, { provide: NOEX_HEALTH_SOURCE, useValue: new FakeNode('n1') }],
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
    await get(app, '/health').expect(200);
  });

  it('keeps two apps of one process apart', async () => {
    const [first, second] = [new FakeNode('n1'), new FakeNode('n2')];
    const one = await start(first);
    const two = await start(second, { livePath: 'live', readyPath: 'ready' });
    second.draining = true;
    expect((await get(one, '/health').expect(200)).body.info.noex.nodeId).toBe('n1');
    expect((await get(two, '/live').expect(200)).body.info.noex.nodeId).toBe('n2');
    await get(one, '/ready').expect(200);
    await get(two, '/ready').expect(503);
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
