import { ProcessNotFoundError, ProcessRef, silentLogger, type ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import type { BehaviorDriver } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { ProcessContext } from './process-context.js';
import { gate, puppetDriver } from './puppet.spec-support.js';

function setup(terminate?: (reason: ExitReason, context: ProcessContext) => unknown) {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (_: string, fields?: object) => void errors.push(fields) };
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, logger });
  const puppet = puppetDriver({
    terminate: terminate && ((cell, reason) => terminate(reason, cell.context)),
  });
  const reasons: ExitReason[] = [];
  const spawn = async () => {
    const ref = await node.spawn(puppet);
    node.monitor(ref, (reason) => reasons.push(reason));
    return ref;
  };
  return { clock, node, errors, puppet, reasons, spawn };
}

const boom = new Error('boom');

describe('terminate', () => {
  it.each<[string, (node: LocalNode, context: ProcessContext) => unknown, ExitReason]>([
    ['its own stop', (_, context) => context.stop(), 'normal'],
    ['its own stop with a reason', (_, context) => context.stop({ shutdown: 'done' }), { shutdown: 'done' }],
    ['an exit from outside', (node, context) => node.exit(context.self, 'shutdown'), 'shutdown'],
    ['the throw of a handler', () => Promise.reject(boom), boom],
    ['the exit of a linked process', (node, context) => linkToDead(node, context), 'noproc'],
  ])('runs once after %s, with its reason', async (_, end, reason) => {
    const seen: ExitReason[] = [];
    const { clock, node, reasons, spawn } = setup((why) => seen.push(why));
    node.cast(await spawn(), 'do', (context: ProcessContext) => end(node, context));
    await clock.advance(0);
    expect(seen).toEqual([reason]);
    expect(reasons).toEqual([reason]);
    expect(node.processCount).toBe(0);
  });

  function linkToDead(node: LocalNode, context: ProcessContext) {
    context.link(new ProcessRef(node.id, node.incarnation, 99));
  }

  it('does not run after a kill', async () => {
    const terminate = jest.fn();
    const { clock, node, reasons, spawn } = setup(terminate);
    node.exit(await spawn(), 'kill');
    await clock.advance(0);
    expect(terminate).not.toHaveBeenCalled();
    expect(reasons).toEqual(['killed']);
  });

  it('keeps the process until its promise settles; nothing is handled meanwhile', async () => {
    const work = gate();
    const { clock, node, reasons, spawn } = setup(() => work.promise);
    const ref = await spawn();
    node.exit(ref, 'shutdown');
    await clock.advance(0);
    expect(node.isAlive(ref)).toBe(true);
    const handler = jest.fn();
    const call = expect(node.call(ref, 'do', handler)).rejects.toBeInstanceOf(ProcessNotFoundError);
    await clock.advance(0);
    expect(reasons).toEqual([]);
    work.open();
    await clock.advance(0);
    await call;
    expect(reasons).toEqual(['shutdown']);
    expect(handler).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });

  it('is cut short by a kill after shutdownMs', async () => {
    const { clock, node, reasons, spawn } = setup(() => new Promise(() => {}));
    node.exit(await spawn(), 'shutdown');
    await clock.advance(999);
    expect(reasons).toEqual([]);
    await clock.advance(11);
    expect(reasons).toEqual(['killed']);
    expect(node.wheel.size).toBe(0);
  });

  it('cannot lift that limit: it is none of the timers that its process may cancel', async () => {
    let self!: ProcessContext;
    const { clock, node, reasons, spawn } = setup(() => {
      const end = new Promise(() => {});
      void Promise.resolve().then(() => {
        for (const timer of [-1, 0, 1, NaN]) expect(self.cancelTimer(timer)).toBe(false);
      });
      return end;
    });
    node.cast(await spawn(), 'do', (context: ProcessContext) => {
      self = context;
      context.stop('shutdown');
    });
    await clock.advance(1_020);
    expect(reasons).toEqual(['killed']);
  });

  it('is cut short by a kill from outside; its end is then nothing, and no timer stays', async () => {
    const work = gate();
    const { clock, node, reasons, errors, spawn } = setup(() => work.promise);
    const ref = await spawn();
    node.exit(ref, 'shutdown');
    await clock.advance(0);
    node.exit(ref, 'kill');
    expect(reasons).toEqual(['killed']);
    expect(node.wheel.size).toBe(0);
    work.fail(boom);
    await clock.advance(5_000);
    expect(reasons).toEqual(['killed']);
    expect(errors).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])(
    'that %s makes its error the reason; it is logged once, with the reason before',
    async (_, terminate) => {
      const { clock, node, reasons, errors, spawn } = setup(terminate);
      node.exit(await spawn(), 'shutdown');
      await clock.advance(0);
      expect(reasons).toEqual([boom]);
      expect(errors).toEqual([
        { event: 'terminate_failed', process: 'n1~1~1', behavior: 'puppet', reason: 'shutdown', error: boom },
      ]);
    },
  );
});

describe('an exit', () => {
  it('waits for the message at hand and comes before the next', async () => {
    const { clock, node, reasons, spawn } = setup();
    const ref = await spawn();
    const work = gate();
    const next = jest.fn();
    const reply = node.call(ref, 'do', () => work.promise.then(() => 'answered'));
    node.cast(ref, 'do', next);
    await clock.advance(0);
    node.exit(ref, 'shutdown');
    expect(reasons).toEqual([]);
    work.open();
    expect(await reply).toBe('answered');
    await clock.advance(0);
    expect(reasons).toEqual(['shutdown']);
    expect(next).not.toHaveBeenCalled();
  });

  it('counts by its first reason', async () => {
    const { clock, node, reasons, spawn } = setup();
    const ref = await spawn();
    node.exit(ref, { shutdown: 'first' });
    node.exit(ref, 'second');
    await clock.advance(0);
    expect(reasons).toEqual([{ shutdown: 'first' }]);
  });

  it('gives way to a kill', async () => {
    const { node, reasons, spawn } = setup();
    const ref = await spawn();
    node.exit(ref, 'shutdown');
    node.exit(ref, 'kill');
    expect(reasons).toEqual(['killed']);
  });

  it('of a process that is not there is nothing', async () => {
    const { node, spawn } = setup();
    const ref = await spawn();
    node.exit(ref, 'kill');
    expect(() => node.exit(ref, 'kill')).not.toThrow();
    expect(() => node.exit(ref, 'shutdown')).not.toThrow();
  });

  it.each<[ExitReason, number]>([
    ['normal', 0],
    ['shutdown', 0],
    [{ shutdown: 'x' }, 0],
    ['killed', 0],
    [boom, 1],
  ])('with the reason %p leaves %i error lines', async (reason, lines) => {
    const { clock, node, errors, spawn } = setup();
    node.exit(await spawn(), reason);
    await clock.advance(0);
    expect(errors).toHaveLength(lines);
  });
});

describe('the signal of a process', () => {
  it.each<[string, (node: LocalNode, context: ProcessContext) => unknown, unknown]>([
    ['stopped', (_, context) => context.stop(), 'normal'],
    ['told to exit', (node, context) => node.exit(context.self, 'shutdown'), 'shutdown'],
    ['killed', (node, context) => node.exit(context.self, 'kill'), 'killed'],
    ['ended by an error', () => Promise.reject(boom), boom],
  ])('aborts when it is %s, at once where its handler still runs', async (_, end, reason) => {
    const { clock, node, spawn } = setup();
    let signal!: AbortSignal;
    let atOnce: boolean | undefined;
    node.cast(await spawn(), 'do', (context: ProcessContext) => {
      ({ signal } = context);
      expect(signal.aborted).toBe(false);
      const result = end(node, context);
      atOnce = signal.aborted;
      return result;
    });
    await clock.advance(0);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(atOnce).toBe(reason !== boom);
  });

  it('aborts when its init fails', async () => {
    const { node, puppet } = setup();
    let signal!: AbortSignal;
    const init: BehaviorDriver['init'] = (cell) => {
      ({ signal } = cell.context);
      throw boom;
    };
    await node.spawn({ ...puppet, init }).catch(() => {});
    expect(signal.aborted).toBe(true);
  });

  it('is aborted already where it is first asked for after the stop', async () => {
    const { clock, node, spawn } = setup();
    const aborted: boolean[] = [];
    node.cast(await spawn(), 'do', (context: ProcessContext) => {
      context.stop();
      aborted.push(context.signal.aborted);
    });
    await clock.advance(0);
    expect(aborted).toEqual([true]);
  });
});

describe('a handler that outlives its process', () => {
  /** What a handler does after its process was killed under it. */
  async function afterlife(act: (context: ProcessContext, other: ProcessContext) => unknown) {
    const all = setup();
    const { node, clock, spawn } = all;
    const [ref, other] = [await spawn(), await spawn()];
    let otherContext!: ProcessContext;
    await node.call(other, 'do', (context: ProcessContext) => void (otherContext = context));
    const work = gate();
    let result: unknown;
    node.cast(ref, 'do', async (context: ProcessContext) => {
      await work.promise;
      try {
        result = act(context, otherContext);
      } catch (error) {
        result = error;
      }
    });
    await clock.advance(0);
    node.exit(ref, 'kill');
    const watched = jest.spyOn(node, 'monitor');
    work.open();
    await clock.advance(0);
    return { ...all, other, result, watched };
  }

  it('arms no timer', async () => {
    const { node } = await afterlife((context, { self }) => context.sendAfter(10, 'late', 0, self));
    expect(node.wheel.size).toBe(0);
  });

  it('takes no name', async () => {
    const { node, result } = await afterlife((context) => context.register('ghost'));
    expect(node.whereis('ghost')).toBeUndefined();
    expect(result).toBeInstanceOf(ProcessNotFoundError);
  });

  it('watches nobody', async () => {
    const { watched, result } = await afterlife((context, { self }) => context.monitor(self));
    expect(result).toEqual(expect.any(Number));
    expect(watched).not.toHaveBeenCalled();
  });

  it('is gone for whoever it links to', async () => {
    const { reasons } = await afterlife((context, { self }) => context.link(self));
    expect(reasons).toEqual(['killed', 'noproc']);
  });

  it('can still throw, which changes nothing', async () => {
    const { node, errors, reasons, other } = await afterlife(() => {
      throw boom;
    });
    expect(errors).toEqual([]);
    expect(reasons).toEqual(['killed']);
    expect(node.isAlive(other)).toBe(true);
  });
});
