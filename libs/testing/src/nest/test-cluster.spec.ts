import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  HandleCall,
  HandleCast,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
  type DeferredReply,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { createProbe } from '../process-probe.js';
import { createTestCluster, type TestClusterOptions } from './create-test-cluster.js';
import type { TestCluster } from './test-cluster.js';

const ended: string[] = [];

@NoexBehavior('worker')
class Worker {
  private static release: (() => void)[] = [];
  private deferred: DeferredReply<string> | undefined;
  private count = 0;

  static releaseAll(): void {
    for (const release of Worker.release.splice(0)) release();
  }

  @HandleCall() echo(payload: unknown): unknown {
    return payload;
  }
  @HandleCall() later(_: unknown, ctx: ProcessContext): string {
    this.deferred = ctx.deferReply();
    return '';
  }
  @HandleCast() now(): void {
    this.deferred?.ok('now');
  }
  @HandleCall() async work(): Promise<number> {
    await new Promise<void>((resolve) => Worker.release.push(resolve));
    return ++this.count;
  }
  /** Hands a message on to the next of a chain. */
  @HandleCast() pass([next, ...rest]: ProcessRef[], ctx: ProcessContext): void {
    this.count++;
    if (next) ctx.cast(next, 'pass', rest);
  }
  @HandleCall() counted(): number {
    return this.count;
  }
  terminate(): void {
    ended.push('terminated');
  }
}

const down = (cluster: TestCluster, id: string) =>
  cluster.node(id).log.flatMap(({ fields }) => (fields['event'] === 'node_down' ? [fields['reason']] : []));
const seen = (cluster: TestCluster) =>
  Object.fromEntries(
    cluster.nodes.map((node) => [
      node.id,
      [...node.cluster.members.values()].map((p) => p.identity.id).sort(),
    ]),
  );

describe.each(['virtual', 'real'] as const)('a test cluster in %s time', (clock) => {
  let cluster: TestCluster;
  const create = async (options: Partial<TestClusterOptions> = {}) =>
    (cluster = await createTestCluster({ nodes: 3, providers: [Worker], clock, ...options }));
  beforeEach(() => (ended.length = 0));
  afterEach(() => cluster.close());

  const spawn = (on: string, from = 'n1') => cluster.get(from, RemoteSpawnService).spawn(Worker, { on });
  const remote = (id: string) => cluster.get(id, RemoteCallService);

  it('is cut by a partition, and healed, when the promise says so', async () => {
    await create();
    await cluster.partition(['n1'], ['n2', 'n3']);
    expect(seen(cluster)).toEqual({ n1: [], n2: ['n3'], n3: ['n2'] });
    expect(down(cluster, 'n1')).toEqual(['connection_closed', 'connection_closed']);
    await cluster.heal();
    expect(seen(cluster)).toEqual({ n1: ['n2', 'n3'], n2: ['n1', 'n3'], n3: ['n1', 'n2'] });
  });

  it('loses a connection and finds it again', async () => {
    await create();
    const ref = await spawn('n2');
    // Else the spawn is undone, as one whose outcome its asker may never have heard.
    await cluster.settled();
    const call = remote('n1').call(ref, 'work');
    call.catch(() => {});
    await new Promise(setImmediate);
    await cluster.cut('n1', 'n2');
    await expect(call).rejects.toMatchObject({ code: 'node_down', outcome: 'unknown' });
    Worker.releaseAll();
    await cluster.settled();
    expect(await remote('n1').call(ref, 'counted')).toBe(1);
  });

  it('loses a node that is killed, without a goodbye and without terminate', async () => {
    await create();
    await spawn('n2');
    await cluster.kill('n2');
    expect(seen(cluster)).toEqual({ n1: ['n3'], n3: ['n1'] });
    expect(down(cluster, 'n1')).toEqual(['connection_closed']);
    expect(cluster.node('n2').cluster.node.processCount).toBe(0);
    expect(ended).toEqual([]);
    await expect(cluster.kill('n2')).rejects.toThrow(
      'node "n2" does not live any more; cluster.restart(\'n2\') gives it a new life',
    );
  });

  it('is left by a node with a goodbye, its processes terminated', async () => {
    await create();
    await spawn('n2');
    await cluster.leave('n2');
    expect(down(cluster, 'n1')).toEqual(['graceful_shutdown']);
    expect(ended).toEqual(['terminated']);
    expect(seen(cluster)).toEqual({ n1: ['n3'], n3: ['n1'] });
  });

  it.each(['kill', 'leave', undefined] as const)(
    'is joined by a new life of a node after: %s',
    async (end) => {
      await create();
      const before = cluster.node('n2').cluster.self.incarnation;
      const ref = await spawn('n2');
      if (end) await cluster[end]('n2');
      const node = await cluster.restart('n2');
      expect(node).toBe(cluster.node('n2'));
      expect(node.cluster.self.incarnation).toBeGreaterThan(before);
      expect(seen(cluster)).toEqual({ n1: ['n2', 'n3'], n2: ['n1', 'n3'], n3: ['n1', 'n2'] });
      await expect(remote('n1').call(ref, 'counted')).rejects.toMatchObject({ code: 'noproc' });
    },
  );

  it('is settled when the last message of a chain over all nodes is handled', async () => {
    await create();
    const refs = await Promise.all(['n1', 'n2', 'n3', 'n2', 'n1', 'n3'].map((id) => spawn(id)));
    const chain = [...refs, ...refs, ...refs, ...refs, ...refs];
    remote('n1').cast(chain[0]!, 'pass', chain.slice(1));
    await cluster.settled();
    const counts = refs.map((ref) => cluster.node(ref.node).cluster.node.observer.getState(ref));
    expect(counts.map((state) => (state as { count: number }).count)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('is not settled while a handler is at work, but while a reply is put off', async () => {
    await create();
    const ref = await spawn('n2');
    const later = remote('n1').call(ref, 'later');
    await cluster.settled();
    const work = remote('n1').call(ref, 'work');
    let isSettled = false;
    const settled = cluster.settled().then(() => (isSettled = true));
    for (let n = 0; n < 100; n++) await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    Worker.releaseAll();
    expect(await work).toBe(1);
    await settled;
    remote('n3').cast(ref, 'now');
    expect(await later).toBe('now');
  });

  it('says what still moves when it does not settle', async () => {
    await create();
    const ref = await spawn('n2');
    const work = remote('n1').call(ref, 'work');
    await expect(cluster.settled(50)).rejects.toThrow(
      `waited 50 ms in vain until the cluster is settled: n2: process ${ref.toString()} ("worker") is busy, 0 messages wait for it`,
    );
    Worker.releaseAll();
    await work;
  });

  it('closes once and for all, whatever its nodes are at', async () => {
    await create();
    const ref = await spawn('n2');
    remote('n1')
      .call(ref, 'work')
      .catch(() => {});
    await new Promise(setImmediate);
    await cluster.partition(['n1'], ['n2'], { mode: 'blackhole' });
    await cluster.pause('n3');
    await cluster.kill('n1');
    const closing = cluster.close();
    expect(cluster.close()).toBe(closing);
    await closing;
    expect(cluster.nodes).toEqual([]);
    expect(cluster.node('n3').cluster.status).toBe('stopped');
  });

  it('closes with goodbyes, also across a partition that nobody has noticed', async () => {
    await create({ nodes: 2 });
    await cluster.partition(['n1'], ['n2'], { mode: 'blackhole' });
    // The slower one hears the other leave.
    const { app } = cluster.node('n1');
    const close = app.close.bind(app);
    const isGone = new Promise<void>((resolve) => {
      cluster.node('n1').cluster.members.nodeDown.add(() => resolve());
    });
    jest.spyOn(app, 'close').mockImplementation(() => isGone.then(close));
    await cluster.close();
    expect(down(cluster, 'n1')).toEqual(['graceful_shutdown']);
  });

  it('closes all apps though one of them fails to, and says so', async () => {
    await create();
    const { app } = cluster.node('n1');
    const close = app.close.bind(app);
    jest.spyOn(app, 'close').mockImplementation(async () => {
      await close();
      throw new Error('cannot let go');
    });
    await expect(cluster.close()).rejects.toThrow('cannot let go');
    expect(cluster.node('n2').cluster.status).toBe('stopped');
    cluster = await createTestCluster({ nodes: 1 });
  });
});

describe('a test cluster in virtual time', () => {
  let cluster: TestCluster;
  beforeEach(async () => (cluster = await createTestCluster({ nodes: 3, providers: [Worker] })));
  afterEach(() => cluster.close());

  it.each(['blackhole', 'one-way'] as const)(
    'finds a %s by its heartbeats, once time passes',
    async (mode) => {
      await cluster.partition(['n1'], ['n2', 'n3'], { mode });
      expect(seen(cluster).n1).toEqual(['n2', 'n3']);
      await cluster.advance(1_000);
      expect(seen(cluster).n1).toEqual(['n2', 'n3']);
      await cluster.settled();
      expect(seen(cluster)).toEqual({ n1: [], n2: ['n3'], n3: ['n2'] });
      expect(down(cluster, 'n2')).toEqual(['heartbeat_timeout']);
      await cluster.heal();
      expect(seen(cluster).n1).toEqual(['n2', 'n3']);
    },
  );

  it('finds a node that hangs, and has it again when it is resumed; a short pause it does not notice', async () => {
    await cluster.pause('n2');
    await cluster.advance(1_000);
    await cluster.resume('n2');
    expect(down(cluster, 'n1')).toEqual([]);
    await cluster.pause('n2');
    await cluster.settled();
    expect(seen(cluster)).toEqual({ n1: ['n3'], n2: [], n3: ['n1'] });
    await cluster.resume('n2');
    expect(seen(cluster)).toEqual({ n1: ['n2', 'n3'], n2: ['n1', 'n3'], n3: ['n1', 'n2'] });
  });

  it('loses no peer, however much time passes at once', async () => {
    await cluster.advance(600_000);
    expect(cluster.log.filter(({ fields }) => fields['event'] === 'node_down')).toEqual([]);
  });

  it('lets a call time out when the test says so', async () => {
    const ref = await cluster.get('n1', RemoteSpawnService).spawn(Worker, { on: 'n2' });
    const call = cluster.get('n1', RemoteCallService).call(ref, 'later');
    const failed = expect(call).rejects.toMatchObject({ code: 'call_timeout' });
    await cluster.settled();
    await cluster.advance(5_010);
    await failed;
  });

  it('passes no time while messages move and nodes are cut, killed and started again', async () => {
    const { clock } = cluster.node('n1').cluster.node;
    const probe = await createProbe(cluster.node('n2'));
    await cluster.partition(['n1'], ['n2']);
    await cluster.heal();
    await cluster.cut('n1', 'n2');
    await cluster.settled();
    await cluster.kill('n3');
    await cluster.restart('n3');
    cluster.node('n3').cluster.cast(probe.ref, 'hello');
    await cluster.settled();
    expect(probe.received).toMatchObject([{ name: 'hello' }]);
    expect(clock.now()).toBe(0);
  });
});

it('names the nodes it has when it is asked for another', async () => {
  const cluster = await createTestCluster({ nodes: 2 });
  expect(() => cluster.node('n3')).toThrow('there is no node "n3" in this test cluster; it has n1, n2');
  await expect(cluster.partition(['n1'], ['n3'])).rejects.toThrow('there is no node "n3"');
  await cluster.close();
});

it('cannot pass the machine’s time', async () => {
  const cluster = await createTestCluster({ nodes: 1, clock: 'real' });
  await expect(cluster.advance(1)).rejects.toThrow("createTestCluster({ clock: 'virtual' }) can advance");
  await cluster.close();
});

it('names the app that does not close in time', async () => {
  @Injectable()
  class Stubborn implements OnApplicationShutdown {
    onApplicationShutdown(): Promise<void> {
      return new Promise(() => {});
    }
  }
  const cluster = await createTestCluster({
    nodes: 2,
    providers: (id) => (id === 'n1' ? [Stubborn] : []),
  });
  await expect(cluster.close()).rejects.toThrow('waited 4000 ms in vain until all apps are closed: n1');
});
