import { ProcessRef, RemoteError, type ExitReason, type LogFields } from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import type { Cluster } from '../cluster.js';
import type { ClusterOptions } from '../cluster-options.js';
import { memoryCluster, until } from '../cluster.spec-support.js';

const drivers = () => [
  plainDriver({
    name: 'worker',
    init: () => null,
    handleCall: {
      ping: () => ['pong', null],
      watch: (target: ProcessRef, _state, context) => [context.monitor(target), null],
      unwatch: (monitor: number, _state, context) => [context.demonitor(monitor), null],
    },
    handleCast: {
      stop: (reason: ExitReason, _state, context) => {
        context.stop(reason);
        return null;
      },
      crash: (error: object) => {
        throw Object.assign(new TypeError('crashed'), error);
      },
      crashOdd: () => {
        throw Object.assign(new TypeError('odd'), { code: 'E_ODD', data: { f: () => {} } });
      },
      stopOdd: (_payload, _state, context) => {
        context.stop({ shutdown: () => {} });
        return null;
      },
    },
    handleDown: (down, _state, context) => {
      news.push([context.self.toString(), down.monitor, down.reason]);
      return null;
    },
  }),
];

let news: unknown[];
beforeEach(() => {
  news = [];
});

const { network, renewNetwork, pair } = memoryCluster(drivers);

/** Watches a process and keeps what comes. */
function watch(from: Cluster, target: ProcessRef) {
  const downs: ExitReason[] = [];
  const monitor = from.monitor(target, (reason) => downs.push(reason));
  return { downs, monitor };
}

/** Whatever was on its way between the two has arrived. */
async function settled(a: Cluster, worker: ProcessRef): Promise<void> {
  await a.call(worker, 'ping');
  await a.call(worker, 'ping');
}

async function watched(options: Partial<ClusterOptions> = {}, optionsB: Partial<ClusterOptions> = {}) {
  const nodes = await pair(options, optionsB);
  const worker = await nodes.a.spawn('worker', { on: 'b' });
  const bystander = await nodes.a.spawn('worker', { on: 'b' });
  return { ...nodes, worker, bystander, ...watch(nodes.a, worker) };
}

describe('a monitor on a process of another node gives one DOWN', () => {
  it.each<[string, ExitReason]>([
    ['normal', 'normal'],
    ['shutdown', 'shutdown'],
    ['bored', 'bored'],
    ['shutdown with a value', { shutdown: { code: 3 } }],
  ])('when it ends: %s', async (_, reason) => {
    const { a, worker, downs, bystander } = await watched();
    a.cast(worker, 'stop', reason);
    await until('the news is here', () => downs.length > 0);
    network().kill('b');
    await until('b is gone', () => a.members.size === 0);
    expect(downs).toEqual([reason]);
    expect(a.stats().monitorsActive).toBe(0);
    expect(bystander).toBeDefined();
  });

  it('when it is killed or crashes', async () => {
    const { a, worker, downs, bystander } = await watched();
    const crash = watch(a, bystander);
    a.exit(worker, 'kill');
    a.cast(bystander, 'crash', { code: 'E_CRASH' });
    await until('the news is here', () => downs.length + crash.downs.length === 2);
    expect(downs).toEqual(['killed']);
    expect(crash.downs[0]).toBeInstanceOf(RemoteError);
    expect(crash.downs[0]).toMatchObject({ name: 'TypeError', message: 'crashed', remoteCode: 'E_CRASH' });
  });

  it('when its reason cannot be sent: a crash stays a crash, an orderly end an orderly end', async () => {
    const { a, worker, downs, bystander } = await watched({}, { maxMessageBytes: 5_000 });
    const large = await a.spawn('worker', { on: 'b' });
    const [end, text] = [watch(a, bystander), watch(a, large)];
    a.cast(worker, 'crashOdd');
    a.cast(bystander, 'stopOdd');
    a.cast(large, 'crash', { message: 'long', data: 'x'.repeat(4_000), more: 1 });
    await until('the news is here', () => downs.length + end.downs.length + text.downs.length === 3);
    expect(downs[0]).toBeInstanceOf(RemoteError);
    expect(downs[0]).toMatchObject({ name: 'TypeError', message: 'odd', remoteCode: 'E_ODD' });
    expect(end.downs).toEqual(['shutdown']);
    expect(text.downs[0]).toMatchObject({ name: 'TypeError', message: 'long' });
    expect(a.members.size).toBe(1);
  });

  it('when it never was: noproc', async () => {
    const { a, b } = await watched();
    const { downs } = watch(a, new ProcessRef('b', b.self.incarnation, 999));
    expect(downs).toEqual([]);
    await until('the news is here', () => downs.length > 0);
    expect(downs).toEqual(['noproc']);
  });

  it('when it is of an earlier life of a node that is connected: noproc', async () => {
    const { a, b, worker } = await watched();
    const { downs } = watch(a, new ProcessRef('b', b.self.incarnation - 1, worker.id));
    expect(downs).toEqual([]);
    await until('the news is here', () => downs.length > 0);
    expect(downs).toEqual(['noproc']);
  });

  it('when its node is not connected: noconnection', async () => {
    const { a } = await watched();
    const { downs } = watch(a, new ProcessRef('c', 1, 1));
    expect(downs).toEqual([]);
    await until('the news is here', () => downs.length > 0);
    expect(downs).toEqual(['noconnection']);
  });

  it.each([
    ['killed', () => network().kill('b')],
    ['cut off', () => network().partition(['a'], ['b'])],
  ])('when its node is %s: noconnection, for every monitor, in one pass', async (_, lose) => {
    const { a, worker, downs } = await watched();
    const more = Array.from({ length: 20 }, () => watch(a, worker).downs);
    let atNodeDown = -1;
    a.members.nodeDown.add(() => (atNodeDown = more.filter((each) => each.length === 1).length));
    lose();
    await until('the news is here', () => atNodeDown >= 0);
    expect(atNodeDown).toBe(20);
    for (const each of [downs, ...more]) expect(each).toEqual(['noconnection']);
  });

  it('whatever races: an end and the loss of the node', async () => {
    for (let round = 0; round < 10; round++) {
      renewNetwork();
      const { a, worker, downs } = await watched();
      a.exit(worker, 'kill');
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      network().partition(['a'], ['b']);
      await until('b is gone', () => a.members.size === 0);
      expect(downs).toHaveLength(1);
      expect(['killed', 'noconnection']).toContain(downs[0]);
    }
  });

  it('after what the process sent before', async () => {
    const { a, worker, downs } = await watched();
    const order: string[] = [];
    const pong = a.call(worker, 'ping').then(() => order.push('reply'));
    a.cast(worker, 'stop', 'normal');
    await until('the news is here', () => downs.length > 0);
    await pong;
    expect(order).toEqual(['reply']);
  });
});

describe('demonitor', () => {
  it('ends the news', async () => {
    const { a, worker, downs, monitor, bystander } = await watched();
    await settled(a, bystander);
    monitor.cancel();
    monitor.cancel();
    a.exit(worker, 'kill');
    await settled(a, bystander);
    network().kill('b');
    await until('b is gone', () => a.members.size === 0);
    expect(downs).toEqual([]);
  });

  it('ends it also while it is on its way', async () => {
    const { a, b, worker, downs, monitor, bystander } = await watched();
    await settled(a, bystander);
    network().pause('a');
    b.exit(worker, 'kill');
    await until('it is gone', () => !b.node.isAlive(worker));
    monitor.cancel();
    network().resume('a');
    await settled(a, bystander);
    expect(downs).toEqual([]);
  });

  it('leaves nothing at the other end', async () => {
    const { a, b, bystander, monitor } = await watched();
    await settled(a, bystander);
    expect(b.members.get('a')!.watches.size).toBe(1);
    monitor.cancel();
    await settled(a, bystander);
    expect(b.members.get('a')!.watches.size).toBe(0);
  });

  it('is not needed after the news: nothing is left either', async () => {
    const { a, b, worker, downs } = await watched();
    a.exit(worker, 'kill');
    await until('the news is here', () => downs.length > 0);
    expect([b.members.get('a')!.watches.size, a.members.get('b')!.monitors.size]).toEqual([0, 0]);
  });

  it('of what never was comes in time', async () => {
    const { a, b } = await watched();
    const refs = [new ProcessRef('c', 1, 1), new ProcessRef('b', b.self.incarnation - 1, 1)];
    const watches = refs.map((ref) => watch(a, ref));
    for (const { monitor } of watches) monitor.cancel();
    await new Promise(setImmediate);
    expect(watches.map(({ downs }) => downs)).toEqual([[], []]);
  });
});

it('a watched process does not remember the monitors of a lost node', async () => {
  const { a, b, worker, bystander } = await watched();
  await settled(a, bystander);
  network().partition(['a'], ['b']);
  await until('b has lost a', () => b.members.size === 0);
  b.exit(worker, 'kill');
  network().heal();
  await until('they are back', () => a.members.size === 1 && b.members.size === 1);
  expect(await a.call(bystander, 'ping')).toBe('pong');
});

describe('a listener that throws', () => {
  const errors: (LogFields | undefined)[] = [];
  const logger = {
    debug: () => {},
    info: () => {},
    warn: (line: string) => {
      throw new Error(`unexpected: ${line}`);
    },
    error: (_line: string, fields?: LogFields) => errors.push(fields),
  };
  const failing = () => {
    throw new Error('listener');
  };
  beforeEach(() => (errors.length = 0));

  it('costs neither the connection nor the news of others', async () => {
    const { a, worker, bystander } = await watched({ logger });
    a.monitor(worker, failing);
    const { downs } = watch(a, worker);
    a.exit(worker, 'kill');
    await until('the news is here', () => downs.length === 1);
    await settled(a, bystander);
    expect(a.members.size).toBe(1);
    expect(errors).toMatchObject([{ event: 'monitor_listener_failed', process: worker.toString() }]);
  });

  it('does not keep others from hearing that the node is lost', async () => {
    const { a, worker } = await watched({ logger: { ...logger, warn: () => {} } });
    a.monitor(worker, failing);
    const { downs } = watch(a, worker);
    const lost: string[] = [];
    a.members.nodeDown.add((id) => lost.push(id));
    network().kill('b');
    await until('b is gone', () => lost.length > 0);
    expect([downs, a.stats().monitorsActive]).toEqual([['noconnection'], 0]);
  });

  it('of a process that never was is logged as well', async () => {
    const { a } = await watched({ logger });
    a.monitor(new ProcessRef('c', 1, 1), failing);
    await until('it is logged', () => errors.length === 1);
  });
});

it('a process monitors processes of other nodes in the same way', async () => {
  const { a, worker, bystander } = await watched();
  const watcher = await a.spawn('worker', { on: 'local' });
  const first = await a.call(watcher, 'watch', worker);
  const second = await a.call(watcher, 'watch', bystander);
  await a.call(watcher, 'unwatch', second);
  a.exit(worker, 'kill');
  a.exit(bystander, 'kill');
  await until('the news is here', () => news.length > 0);
  network().kill('b');
  await until('b is gone', () => a.members.size === 0);
  expect(news).toEqual([[watcher.toString(), first, 'killed']]);
});

it('exit asks a process of another node to end, once, and reaches nobody else', async () => {
  const { a, b, worker, downs, bystander } = await watched();
  a.exit(new ProcessRef('b', b.self.incarnation - 1, bystander.id), 'kill');
  a.exit(new ProcessRef('c', 1, 1), 'kill');
  a.exit(worker, 'shutdown');
  await until('the news is here', () => downs.length > 0);
  expect(downs).toEqual(['shutdown']);
  expect(await a.call(bystander, 'ping')).toBe('pong');
});
