import { ProcessRef, silentLogger, type ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import type { ProcessDown } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { Monitor } from './monitor.js';
import type { ProcessContext } from './process-context.js';
import { gate, puppetDriver, type Work } from './puppet.spec-support.js';

function setup(terminate?: () => unknown) {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (_: string, fields?: object) => void errors.push(fields) };
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, logger });
  const downs: ProcessDown[] = [];
  const puppet = puppetDriver({
    down: (_cell, down) => void downs.push(down),
    terminate,
  });
  const spawn = () => node.spawn(puppet);
  const run = (ref: ProcessRef, work: Work) => node.call(ref, 'do', work);
  return { clock, node, errors, downs, spawn, run };
}

const boom = new Error('boom');

describe('a monitor of a process gives exactly one DOWN', () => {
  it.each<ExitReason>(['normal', 'shutdown', { shutdown: 1 }, boom, 'whatever'])(
    'with the reason %p that it ended for',
    async (reason) => {
      const { clock, node, downs, spawn, run } = setup();
      const [watcher, target] = [await spawn(), await spawn()];
      const monitor = await run(watcher, (context) => context.monitor(target));
      node.exit(target, reason);
      node.exit(target, 'again');
      await clock.advance(0);
      node.exit(target, 'kill');
      await clock.advance(0);
      expect(downs).toEqual([{ ref: target, monitor, reason }]);
    },
  );

  it('with `killed` where it was killed while a handler ran', async () => {
    const { clock, node, downs, spawn, run } = setup();
    const [watcher, target] = [await spawn(), await spawn()];
    await run(watcher, (context) => context.monitor(target));
    const work = gate();
    node.cast(target, 'do', () => work.promise.then(() => Promise.reject(boom)));
    await clock.advance(0);
    node.exit(target, 'kill');
    work.open();
    await clock.advance(0);
    expect(downs.map((down) => down.reason)).toEqual(['killed']);
  });

  it('with `killed` where it was killed while terminate ran', async () => {
    const work = gate();
    const { clock, node, downs, spawn, run } = setup(() => work.promise);
    const [watcher, target] = [await spawn(), await spawn()];
    await run(watcher, (context) => context.monitor(target));
    node.exit(target, 'shutdown');
    await clock.advance(0);
    node.exit(target, 'kill');
    work.open();
    await clock.advance(2_000);
    expect(downs.map((down) => down.reason)).toEqual(['killed']);
  });

  it.each([
    ['never was', () => new ProcessRef('n1', 1, 99)],
    ['is of an earlier life', (ref: ProcessRef) => new ProcessRef('n1', 0, ref.id)],
    ['has ended', (ref: ProcessRef) => ref],
  ])('with `noproc` where the process %s; not before the caller holds its monitor', async (_, target) => {
    const { clock, node, downs, spawn, run } = setup();
    const [watcher, ended] = [await spawn(), await spawn()];
    node.exit(ended, 'kill');
    const ref = target(ended);
    const listener = jest.fn();
    const outside = node.monitor(ref, listener);
    expect(listener).not.toHaveBeenCalled();
    const monitor = await run(watcher, (context) => context.monitor(ref));
    await clock.advance(0);
    expect(downs).toEqual([{ ref, monitor, reason: 'noproc' }]);
    expect(listener.mock.calls).toEqual([['noproc']]);
    outside.cancel();
  });

  it('each, where one process holds several', async () => {
    const { clock, node, downs, spawn, run } = setup();
    const [watcher, target] = [await spawn(), await spawn()];
    const numbers = await run(watcher, (context) => [context.monitor(target), context.monitor(target)]);
    node.exit(target, 'shutdown');
    await clock.advance(0);
    expect(downs.map((down) => down.monitor)).toEqual(numbers);
    expect(new Set(downs.map((down) => down.monitor)).size).toBe(2);
  });
});

describe('a monitor that was given up gives none', () => {
  it('where the process ends later', async () => {
    const { clock, node, downs, spawn, run } = setup();
    const [watcher, target] = [await spawn(), await spawn()];
    await run(watcher, (context) => context.demonitor(context.monitor(target)));
    node.exit(target, 'kill');
    await clock.advance(0);
    expect(downs).toEqual([]);
  });

  it('where its process was gone already', async () => {
    const { clock, downs, spawn, run, node } = setup();
    const watcher = await spawn();
    await run(watcher, (context) => context.demonitor(context.monitor(new ProcessRef('n1', 1, 99))));
    const listener = jest.fn();
    node.monitor(new ProcessRef('n1', 1, 99), listener).cancel();
    await clock.advance(0);
    expect(downs).toEqual([]);
    expect(listener).not.toHaveBeenCalled();
  });

  it('also where the news lies in the mailbox already', async () => {
    const { clock, node, downs, spawn } = setup();
    const [watcher, target] = [await spawn(), await spawn()];
    const work = gate();
    node.cast(watcher, 'do', async (context: ProcessContext) => {
      const monitor = context.monitor(target);
      await work.promise;
      context.demonitor(monitor);
    });
    await clock.advance(0);
    node.exit(target, 'kill');
    expect(node.queuedMessages).toBe(1);
    work.open();
    await clock.advance(0);
    expect(downs).toEqual([]);
    expect(node.queuedMessages).toBe(0);
    expect(node.isAlive(watcher)).toBe(true);
  });

  it('twice, or after its news came, without harm', async () => {
    const { clock, node, spawn, run, downs } = setup();
    const [watcher, target] = [await spawn(), await spawn()];
    const monitor = (await run(watcher, (context) => context.monitor(target))) as number;
    node.exit(target, 'kill');
    await clock.advance(0);
    await run(watcher, (context) => {
      context.demonitor(monitor);
      context.demonitor(monitor);
      context.demonitor(12345);
    });
    expect(downs).toHaveLength(1);
  });
});

it('the monitors of a watcher that ends are taken down', async () => {
  const { clock, node, downs, spawn, run } = setup();
  const [watcher, target] = [await spawn(), await spawn()];
  const watch = jest.spyOn(node, 'monitor');
  await run(watcher, (context) => context.monitor(target));
  const cancel = jest.spyOn(watch.mock.results[0]!.value as Monitor, 'cancel');
  node.exit(watcher, 'kill');
  expect(cancel).toHaveBeenCalledTimes(1);
  node.exit(target, 'kill');
  await clock.advance(0);
  expect(downs).toEqual([]);
  expect([...node.drops.entries()]).toEqual([]);
});

it('a process that watches itself hears nothing of its own end', async () => {
  const { clock, node, downs, spawn, run } = setup();
  const ref = await spawn();
  await run(ref, (context) => context.monitor(ref));
  node.exit(ref, 'shutdown');
  await clock.advance(0);
  expect(downs).toEqual([]);
});

it('a listener outside that throws keeps the news from nobody; it is logged', async () => {
  const { clock, node, errors, spawn } = setup();
  const target = await spawn();
  const other = jest.fn();
  const fail = () => {
    throw boom;
  };
  node.monitor(target, fail);
  node.monitor(target, other);
  node.exit(target, 'shutdown');
  await clock.advance(0);
  node.monitor(target, fail);
  await clock.advance(0);
  expect(other.mock.calls).toEqual([['shutdown']]);
  const line = { event: 'monitor_listener_failed', process: target.toString(), error: boom };
  expect(errors).toEqual([line, line]);
});

it('a listener outside may watch, cancel and kill others', async () => {
  const { clock, node, spawn } = setup();
  const [target, other] = [await spawn(), await spawn()];
  const heard: string[] = [];
  node.monitor(target, () => {
    heard.push('target');
    cancelled.cancel();
    node.monitor(other, () => heard.push('other'));
    node.exit(other, 'kill');
    node.monitor(target, (reason) => heard.push(`target again: ${String(reason)}`));
  });
  const cancelled = node.monitor(target, () => heard.push('cancelled'));
  node.exit(target, 'kill');
  await clock.advance(0);
  expect(heard).toEqual(['target', 'other', 'target again: noproc']);
});
