import { Controller, Get, Injectable, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import type { Transport } from '@noex/contracts';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  ManagementServer,
  NoexBehavior,
  NoexHealthIndicator,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
  type BeforeDrain,
  type NoexModuleOptions,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster, type TestNode } from '@noex/testing/nest';
import { MemoryNetwork } from '@noex/transport-memory';

const PROBES = ['/livez', '/readyz', '/startupz', '/health', '/ready'];
const never = () => new Promise<never>(() => {});

const apps: INestApplication[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function makeApp(
  options: NoexModuleOptions,
  { imports = [], ...rest }: ModuleMetadata = {},
  platform: 'express' | 'fastify' = 'express',
): Promise<INestApplication> {
  const network = new MemoryNetwork();
  const noex = NoexModule.forRoot({ nodeName: 'n1', transport: () => network.transport(), ...options });
  const testing = await Test.createTestingModule({ imports: [noex, ...imports], ...rest }).compile();
  const app =
    platform === 'fastify'
      ? testing.createNestApplication(new FastifyAdapter())
      : testing.createNestApplication();
  app.useLogger(false);
  apps.push(app);
  return app;
}

async function startApp(
  ...args: Parameters<typeof makeApp>
): Promise<{ app: INestApplication; own: string }> {
  const app = await makeApp(...args);
  await app.listen(0, '127.0.0.1');
  return { app, own: await app.getUrl() };
}

const management = (app: INestApplication): string => {
  const { host, port } = app.get(ManagementServer).address!;
  return `http://${host}:${port}`;
};
const statuses = (at: string, paths = PROBES) =>
  Promise.all(paths.map(async (path) => (await fetch(at + path)).status));

/** What a 503 or 200 says of the node. */
async function noexAt(url: string) {
  const response = await fetch(url);
  const body = (await response.json()) as {
    status: string;
    details: { noex: { message?: string; [key: string]: unknown } };
  };
  return {
    code: response.status,
    status: body.status,
    ...body.details.noex,
    noexStatus: body.details.noex.status,
  };
}

describe.each(['express', 'fastify'] as const)('probes on %s', (platform) => {
  it('are served on the port of the app, at three paths and the two of before', async () => {
    const { own } = await startApp({}, {}, platform);
    expect(await statuses(own)).toEqual([200, 200, 200, 200, 200]);
    expect((await fetch(`${own}/livez`)).headers.get('cache-control')).toBe('no-store');
  });

  it.each(['/health', '/ready'])(
    'keep the fields of the first version at %s, in Terminus’ form',
    async (path) => {
      const { own } = await startApp({}, {}, platform);
      expect(await (await fetch(own + path)).json()).toMatchObject({
        status: 'ok',
        info: {
          noex: { status: 'up', nodeId: 'n1', connectedNodes: 0, timestamp: expect.any(String) as string },
        },
        error: {},
        details: { noex: { status: 'up' } },
      });
    },
  );

  it('move to the management port with the metrics, and leave nothing on that of the app', async () => {
    const { app, own } = await startApp({ management: { port: 0 } }, {}, platform);
    const all = [...PROBES, '/metrics'];
    expect(await statuses(management(app), all)).toEqual(all.map(() => 200));
    expect(await statuses(own, all)).toEqual(all.map(() => 404));
    expect(await (await fetch(`${management(app)}/metrics`)).text()).toMatch(/^noex_ready 1$/m);
    expect(await noexAt(`${management(app)}/ready`)).toMatchObject({
      status: 'up',
      nodeId: 'n1',
      connectedNodes: 0,
    });
  });

  it.each(['the app', 'management'])(
    'tell a drain from a death on the port of %s: not ready with the reason, but alive and started',
    async (port) => {
      let begun!: () => void;
      let release!: () => void;
      const draining = new Promise<void>((resolve) => (begun = resolve));
      const gate = new Promise<void>((resolve) => (release = resolve));
      @Injectable()
      class Consumer implements BeforeDrain {
        beforeDrain(): Promise<void> {
          begun();
          return gate;
        }
      }
      const options = port === 'management' ? { management: { port: 0 } } : {};
      const { app, own } = await startApp(options, { providers: [Consumer] }, platform);
      const at = port === 'management' ? management(app) : own;
      const closed = app.close();
      await draining;
      expect(await statuses(at, ['/livez', '/startupz', '/health'])).toEqual([200, 200, 200]);
      expect(await noexAt(`${at}/readyz`)).toMatchObject({
        code: 503,
        noexStatus: 'down',
        message: 'the node is leaving the cluster',
      });
      release();
      await closed;
      await expect(fetch(`${at}/livez`)).rejects.toThrow();
    },
  );
});

describe('a node that starts', () => {
  it('answers on the management port before its cluster listens, and is started only when all of it runs', async () => {
    const gates = { transport: () => {}, child: () => {} };
    const listens = new Promise<void>((resolve) => (gates.transport = resolve));
    const grown = new Promise<void>((resolve) => (gates.child = resolve));
    let childStarts!: () => void;
    const childStarting = new Promise<void>((resolve) => (childStarts = resolve));
    let transportStarts!: () => void;
    const transportStarting = new Promise<void>((resolve) => (transportStarts = resolve));

    @NoexBehavior('slow', { autoStart: true })
    class Slow {
      async init(): Promise<void> {
        childStarts();
        await grown;
      }
    }
    const network = new MemoryNetwork();
    const transport = (): Transport => {
      const real = network.transport();
      const start = real.start.bind(real);
      return Object.assign(real, {
        start: async (host: Parameters<Transport['start']>[0]) => {
          transportStarts();
          await listens;
          return start(host);
        },
      });
    };
    const app = await makeApp({ transport, management: { port: 0 } }, { providers: [Slow] });
    const ready = app.init();
    await transportStarting;
    const at = management(app);
    expect(await statuses(at)).toEqual([200, 503, 503, 200, 503]);
    expect(await noexAt(`${at}/startupz`)).toMatchObject({ message: 'the cluster is starting' });

    gates.transport();
    await childStarting;
    expect(await statuses(at)).toEqual([200, 503, 503, 200, 503]);
    expect(await noexAt(`${at}/startupz`)).toMatchObject({ message: 'what the app supervises is starting' });

    gates.child();
    await ready;
    expect(await statuses(at)).toEqual([200, 200, 200, 200, 200]);
  });

  it('does not start where its management port is taken, and says which', async () => {
    const first = await makeApp({ management: { port: 0 } });
    await first.init();
    const { port } = first.get(ManagementServer).address!;
    const second = await makeApp({ nodeName: 'n2', management: { port } });
    await expect(second.init()).rejects.toThrow(
      `the management port 127.0.0.1:${port} cannot be listened on`,
    );
    expect(second.get(ClusterService).getStatus()).toBe('starting');
  });
});

describe('probes and canaries', () => {
  it('are not there where they are switched off, and the node is ready as ever', async () => {
    const { app, own } = await startApp({ health: false, metrics: false, canary: false });
    expect(await statuses(own, [...PROBES, '/metrics'])).toEqual([404, 404, 404, 404, 404, 404]);
    const cluster = app.get(ClusterService);
    expect(cluster.getReadiness()).toEqual({ state: 'up', reasons: [] });
    expect(cluster.getNodes()[0]!.behaviors).toEqual([]);
  });

  it('lend their indicator to a health page of the app', async () => {
    @Controller()
    class OwnHealth {
      constructor(
        private readonly health: HealthCheckService,
        private readonly noex: NoexHealthIndicator,
      ) {}
      @Get('mine') check() {
        return this.health.check([() => this.noex.isReady('node'), () => this.noex.isStarted('start')]);
      }
    }
    const { own } = await startApp(
      { management: { port: 0 } },
      { imports: [TerminusModule], controllers: [OwnHealth] },
    );
    expect(await (await fetch(`${own}/mine`)).json()).toMatchObject({
      status: 'ok',
      info: { node: { status: 'up', nodeId: 'n1' }, start: { status: 'up' } },
    });
  });
});

describe('in a cluster', () => {
  let cluster: TestCluster | undefined;
  afterEach(async () => {
    await cluster?.close();
    cluster = undefined;
  });

  const get = (node: TestNode, path: string) => request(node.server).get(path);
  async function readyz(id: string) {
    const { status, body } = (await get(cluster!.node(id), '/readyz')) as {
      status: number;
      body: {
        status: string;
        details: { noex: { message?: string; failingCanaries?: Record<string, string> } };
      };
    };
    return { code: status, state: body.status, ...body.details.noex };
  }

  it('an isolated node is not ready without its quorum, and stays alive', async () => {
    cluster = await createTestCluster({ nodes: 3, http: true, options: { quorum: 2 } });
    expect((await readyz('n1')).code).toBe(200);
    await cluster.partition(['n1'], ['n2', 'n3']);
    await cluster.advance(30_000);
    expect(await readyz('n1')).toMatchObject({
      code: 503,
      message: expect.stringMatching(/sees 1/) as string,
    });
    for (const path of ['/livez', '/startupz', '/health']) await get(cluster.node('n1'), path).expect(200);
    expect((await readyz('n2')).code).toBe(200);
    await cluster.heal();
    expect((await readyz('n1')).code).toBe(200);
  });

  it('an isolated node that asks for no quorum stays ready, and its canaries pass at home', async () => {
    cluster = await createTestCluster({ nodes: 2, http: true });
    await cluster.partition(['n1'], ['n2']);
    await cluster.advance(60_000);
    expect(await readyz('n1')).toMatchObject({ code: 200, state: 'ok' });
  });

  it('a wedged process behind a live event loop turns readiness off by the mailbox bound, and nothing else', async () => {
    @NoexBehavior('stuck')
    class Stuck {
      @HandleCast() work(): Promise<never> {
        return never();
      }
    }
    cluster = await createTestCluster({
      nodes: 1,
      http: true,
      providers: [Stuck],
      options: { health: { maxQueuedMessages: 50 } },
    });
    const node = cluster.node('n1');
    const stuck = await node.get(RemoteSpawnService).spawn(Stuck, { on: 'local' });
    // One is being worked on for ever, the others wait.
    for (let n = 0; n < 52; n++) node.get(RemoteCallService).cast(stuck, 'work');
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      await cluster.advance(2_000);
      const { code, state } = await readyz('n1');
      seen.push([code, state]);
    }
    expect(seen).toEqual([
      [200, 'degraded'],
      [200, 'degraded'],
      [503, 'error'],
    ]);
    expect((await readyz('n1')).message).toBe(
      '51 messages wait in the mailboxes, beyond 50 (health.maxQueuedMessages)',
    );
    await get(node, '/livez').expect(200);
    node.get(RemoteSpawnService).stop(stuck, 'kill');
    await cluster.advance(2_000);
    expect((await readyz('n1')).code).toBe(200);
  });

  /** Takes the place of the canary of the library, on a node that has none. */
  @NoexBehavior('noex.canary')
  class DeafCanary {
    @HandleCall() ping(): Promise<never> {
      return never();
    }
  }
  const withDeaf = (...deaf: string[]) => ({
    providers: (id: string) => (deaf.includes(id) ? [DeafCanary] : []),
    options: (id: string) => (deaf.includes(id) ? { canary: false as const } : {}),
    http: true,
  });

  it('canaries that do not come back degrade the node, then turn readiness off with the reason and are counted', async () => {
    cluster = await createTestCluster({ nodes: 2, ...withDeaf('n2') });
    const seen = new Set<string>();
    const deadline = 20;
    for (let n = 0; n < deadline && !seen.has('503 error'); n++) {
      await cluster.advance(3_000);
      const { code, state } = await readyz('n1');
      seen.add(`${code} ${state}`);
    }
    expect([...seen].slice(-2)).toEqual(['200 degraded', '503 error']);
    expect((await readyz('n1')).message).toMatch(
      /^the last 3 canaries failed, the latest to node "n2": .*ping/,
    );
    expect((await get(cluster.node('n1'), '/metrics')).text).toMatch(/^noex_canary_failed_total 3$/m);
    await get(cluster.node('n1'), '/livez').expect(200);
  });

  it('canaries that do not come back from one node of several speak against that one alone', async () => {
    cluster = await createTestCluster({ nodes: 3, ...withDeaf('n3') });
    let failing: unknown;
    for (let n = 0; n < 60 && !failing; n++) {
      await cluster.advance(5_000);
      const ready = await readyz('n1');
      expect(ready.code).toBe(200);
      failing = ready.failingCanaries;
    }
    expect(failing).toEqual({ n3: expect.stringContaining('ping') as string });
  });
});

describe('a wedged event loop', () => {
  it('gives no answer to the liveness probe', async () => {
    const child = fork(join(__dirname, 'support/wedging-node.mjs'), { stdio: 'ignore' });
    try {
      const [port] = (await once(child, 'message')) as [number];
      const probe = () =>
        fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(probeTimeoutMs()) });
      expect((await probe()).status).toBe(200);
      child.send('wedge');
      await once(child, 'message');
      await expect(probe()).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });

  it('is found within 30 s by the liveness probe of the manifests, whenever it begins', () => {
    const { periodSeconds, failureThreshold, timeoutSeconds } = livenessProbe();
    // At worst it begins right after a probe, and the last one that fails takes all of its time.
    expect(periodSeconds * failureThreshold + timeoutSeconds).toBeLessThanOrEqual(30);
  });
});

interface ProbeTimes {
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly timeoutSeconds: number;
}

/** Of k8s/base. */
function livenessProbe(): ProbeTimes {
  const manifest = readFileSync(join(__dirname, '../k8s/base/stateful-set.yaml'), 'utf8');
  const [, probe] = /livenessProbe:\n((?: {12,}.*\n)+)/.exec(manifest)!;
  expect(probe).toContain('path: /livez');
  const seconds = (name: keyof ProbeTimes) => Number(new RegExp(`${name}: (\\d+)`).exec(probe!)![1]);
  return {
    periodSeconds: seconds('periodSeconds'),
    failureThreshold: seconds('failureThreshold'),
    timeoutSeconds: seconds('timeoutSeconds'),
  };
}

const probeTimeoutMs = () => livenessProbe().timeoutSeconds * 1000;
