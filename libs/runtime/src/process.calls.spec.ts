import {
  CallTimeoutError,
  InvalidMessageError,
  ProcessExitedError,
  ProcessNotFoundError,
  ProcessRef,
  RemoteError,
} from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { MessageRejected, NO_HANDLER, type BehaviorDriver } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { CallOptions, DeferredReply, ProcessContext } from './process-context.js';

type Work = (context: ProcessContext) => unknown;

/** A process that does what its messages say. */
const puppet: BehaviorDriver = {
  name: 'puppet',
  crashOnCallError: false,
  shutdownMs: 1000,
  init: () => undefined,
  call: (cell, name, work) => (name === 'do' ? (work as Work)(cell.context) : NO_HANDLER),
  cast: (cell, _name, work) => (work as Work)(cell.context),
  info: () => NO_HANDLER,
  down: () => NO_HANDLER,
  terminate: undefined,
};

async function setup(driver = puppet) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 7, clock });
  const ref = await node.spawn(driver);
  const call = (work: Work, options?: CallOptions) => node.call(ref, 'do', work, options);
  /** Counts how often a call ended, and how. */
  const ends: unknown[] = [];
  const watched = (promise: Promise<unknown>) =>
    promise.then(
      (value) => void ends.push(value),
      (error: unknown) => void ends.push(error),
    );
  return { clock, node, ref, call, ends, watched };
}

function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => ([open, fail] = [resolve, reject]));
  return { promise, open, fail };
}

describe('a call ends exactly once', () => {
  it('with what the handler returned', async () => {
    const { call, node } = await setup();
    expect(await call(() => 42)).toBe(42);
    expect(await call(() => undefined)).toBeUndefined();
    expect(node.wheel.size).toBe(0);
  });

  it('with what the promise of the handler resolved with', async () => {
    const { call } = await setup();
    expect(await call(async () => 'later')).toBe('later');
  });

  it('with what a thenable that is no promise resolves with, though it calls back at once and twice', async () => {
    const { call } = await setup();
    const thenable = {
      then(resolve: (value: string) => void) {
        resolve('first');
        resolve('second');
      },
    };
    const next = gate<string>();
    const first = call(() => thenable);
    const second = call(() => next.promise);
    expect(await first).toBe('first');
    next.open('its own reply');
    expect(await second).toBe('its own reply');
  });

  it.each([
    [
      'then',
      {
        then: () => {
          throw new Error('hostile');
        },
      },
    ],
    [
      'the getter of then',
      {
        get then() {
          throw new Error('hostile');
        },
      },
    ],
  ])('with an error where %s of what the handler returned throws', async (_, thenable) => {
    const { call } = await setup();
    await expect(call(() => thenable)).rejects.toMatchObject({ code: 'remote_error', message: 'hostile' });
    expect(await call(() => 'lives')).toBe('lives');
  });

  it.each([
    [
      'throws',
      (error: Error) => () => {
        throw error;
      },
    ],
    ['rejects', (error: Error) => () => Promise.reject(error)],
  ])(
    'with RemoteError where the handler %s, with its error as the cause; the process lives on',
    async (_, failing) => {
      const { call } = await setup();
      const error = Object.assign(new TypeError('no stock'), { code: 'E_STOCK', data: { sku: 'A1' } });
      const caught = await call(failing(error)).catch((e: unknown) => e);
      expect(caught).toBeInstanceOf(RemoteError);
      expect(caught).toMatchObject({
        name: 'TypeError',
        message: 'no stock',
        outcome: 'ran',
        remoteCode: 'E_STOCK',
        remoteData: { sku: 'A1' },
        cause: error,
      });
      expect(await call(() => 'lives')).toBe('lives');
    },
  );

  it.each([
    ['nothing', undefined],
    ['an object without a text form', Object.create(null)],
    [
      'an object whose text form throws',
      {
        toString() {
          throw new Error('hostile');
        },
      },
    ],
    ['a symbol', Symbol('s')],
  ])('with RemoteError where the handler throws %s', async (_, thrown) => {
    const { call } = await setup();
    const caught = await call(() => {
      throw thrown;
    }).catch((e: unknown) => e);
    expect(caught).toBeInstanceOf(RemoteError);
    expect(await call(() => 'lives')).toBe('lives');
  });

  it('with CallTimeoutError, never early and at most a tick late', async () => {
    const { clock, call, ends, watched, node } = await setup();
    void watched(call(() => new Promise(() => {}), { timeoutMs: 100 }));
    await clock.advance(99);
    expect(ends).toEqual([]);
    await clock.advance(11);
    expect(ends).toEqual([expect.any(CallTimeoutError)]);
    expect(ends[0]).toMatchObject({ outcome: 'unknown', data: { method: 'do', timeoutMs: 100 } });
    expect(node.wheel.size).toBe(0);
  });

  it('with CallTimeoutError after the time of the node where the call names none', async () => {
    const clock = new VirtualClock();
    const node = new LocalNode({ id: 'n1', clock, callTimeoutMs: 50 });
    const ref = await node.spawn(puppet);
    const ended = expect(node.call(ref, 'do', () => new Promise(() => {}))).rejects.toMatchObject({
      data: { timeoutMs: 50 },
    });
    await clock.advance(60);
    await ended;
  });

  it('never by time where timeoutMs is Infinity', async () => {
    const { clock, call, ends, watched } = await setup();
    const reply = gate<string>();
    void watched(call(() => reply.promise, { timeoutMs: Infinity }));
    await clock.advance(1e9);
    expect(ends).toEqual([]);
    reply.open('at last');
    await clock.advance(0);
    expect(ends).toEqual(['at last']);
  });

  it('with the reason of the signal of its caller; the handler goes on', async () => {
    const { clock, call, ends, watched, node } = await setup();
    const abort = new AbortController();
    const finished = jest.fn();
    const reply = gate();
    void watched(call(() => reply.promise.then(finished), { signal: abort.signal }));
    await clock.advance(0);
    abort.abort('enough');
    abort.abort('again');
    await clock.advance(0);
    expect(ends).toEqual(['enough']);
    expect(node.wheel.size).toBe(0);
    reply.open();
    await clock.advance(0);
    expect(finished).toHaveBeenCalledTimes(1);
    expect(ends).toHaveLength(1);
  });

  it('at once where the signal was aborted before: nothing is sent', async () => {
    const { call, node } = await setup();
    const work = jest.fn();
    await expect(call(work, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await node.call(await node.spawn(puppet), 'do', () => 0);
    expect(work).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });

  it('with ProcessNotFoundError where the process ends before it took the message', async () => {
    const { clock, node, call, ref, ends, watched } = await setup();
    const handler = gate();
    const queued = jest.fn();
    void watched(call(() => handler.promise.then(() => 'first')));
    void watched(call(queued));
    await clock.advance(0);
    node.exit(ref, 'shutdown');
    handler.open();
    await clock.advance(0);
    expect(ends).toEqual(['first', expect.any(ProcessNotFoundError)]);
    expect(ends[1]).toMatchObject({ outcome: 'not-run', data: { process: 'n1~7~1', reason: 'shutdown' } });
    expect(queued).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });

  it('with ProcessExitedError where the process ends while it works on it', async () => {
    const { clock, node, call, ref, ends, watched } = await setup();
    const handler = gate();
    void watched(call(() => handler.promise));
    await clock.advance(0);
    node.exit(ref, 'kill');
    handler.open();
    await clock.advance(0);
    expect(ends).toEqual([expect.any(ProcessExitedError)]);
    expect(ends[0]).toMatchObject({ outcome: 'unknown', data: { process: 'n1~7~1', reason: 'killed' } });
    expect([...node.drops.entries()]).toEqual([]);
  });

  it('with ProcessExitedError where the handler has its own process killed, whatever it returns then', async () => {
    const { clock, node, ref, call, ends, watched } = await setup();
    const killing = (result: () => unknown) => () => {
      node.exit(ref, 'kill');
      return result();
    };
    void watched(call(killing(() => 'reply')));
    await clock.advance(0);
    expect(ends).toEqual([expect.any(ProcessExitedError)]);
  });

  it.each([
    ['nobody', new ProcessRef('n1', 7, 99)],
    ['an earlier life of the node', new ProcessRef('n1', 6, 1)],
    ['another node', new ProcessRef('n2', 7, 1)],
  ])('with ProcessNotFoundError where the ref names %s', async (_, to) => {
    const { node } = await setup();
    await expect(node.call(to, 'do', () => 0)).rejects.toBeInstanceOf(ProcessNotFoundError);
    expect(node.cast(to, 'do', () => 0)).toBe(false);
    expect(node.send(to, 'do', () => 0)).toBe(false);
    expect(node.drops.get('noproc')).toBe(3);
    expect(node.wheel.size).toBe(0);
  });

  it('with InvalidMessageError where the behavior has no such handler, which is counted', async () => {
    const { node, ref, call } = await setup();
    const error = await node.call(ref, 'dance', 1).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error).toMatchObject({ outcome: 'not-run', data: { behavior: 'puppet', method: 'dance' } });
    expect(node.drops.get('no_handler')).toBe(1);
    expect(await call(() => 'lives')).toBe('lives');
  });

  it.each([true, false])(
    'with InvalidMessageError where the driver rejects the message; the process lives on (strict: %p)',
    async (crashOnCallError) => {
      const { node, ref, call } = await setup({ ...puppet, crashOnCallError });
      const reject = () => {
        throw new MessageRejected('quantity must be above 0', ['quantity']);
      };
      const error = await call(reject).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InvalidMessageError);
      expect(error).toMatchObject({ outcome: 'not-run', data: { violations: ['quantity'], method: 'do' } });
      expect(node.cast(ref, 'do', reject)).toBe(true);
      expect(await call(() => 'lives')).toBe('lives');
      expect(node.drops.get('invalid_message')).toBe(1);
    },
  );

  it.each([0, -1, NaN])('with InvalidMessageError where timeoutMs is %p', async (timeoutMs) => {
    const { call, node } = await setup();
    const work = jest.fn();
    const error = await call(work, { timeoutMs }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(work).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });
});

it('a behavior with crashOnCallError answers the caller with the error and exits with it', async () => {
  const { node, ref, call, clock } = await setup({ ...puppet, crashOnCallError: true });
  const down = jest.fn();
  node.monitor(ref, down);
  const error = new Error('strict');
  await expect(
    call(() => {
      throw error;
    }),
  ).rejects.toMatchObject({ code: 'remote_error', cause: error });
  await clock.advance(0);
  expect(down.mock.calls).toEqual([[error]]);
});

describe('a caller that gave up', () => {
  it('is not worked for: its call is skipped and counted', async () => {
    const { clock, node, call, watched, ends } = await setup();
    const first = gate();
    const skipped = jest.fn();
    void watched(call(() => first.promise, { timeoutMs: 60_000 }));
    void watched(call(skipped, { timeoutMs: 10 }));
    const abort = new AbortController();
    void watched(call(skipped, { signal: abort.signal }));
    abort.abort('enough');
    await clock.advance(100);
    first.open();
    await clock.advance(0);
    expect(skipped).not.toHaveBeenCalled();
    expect(ends).toEqual(['enough', expect.any(CallTimeoutError), undefined]);
    expect(node.drops.get('caller_gave_up')).toBe(2);
  });

  it('leaves a late reply behind, which is discarded and counted once', async () => {
    const { clock, node, call, watched, ends } = await setup();
    const late = gate<string>();
    void watched(call(() => late.promise, { timeoutMs: 10 }));
    await clock.advance(50);
    late.open('too late');
    await clock.advance(0);
    expect(ends).toEqual([expect.any(CallTimeoutError)]);
    expect(node.drops.get('late_reply')).toBe(1);
    expect(await call(() => 'lives')).toBe('lives');
    expect(node.drops.get('late_reply')).toBe(1);
  });

  it('leaves a late error behind, which is counted as a late reply', async () => {
    const { clock, node, call, watched } = await setup();
    const late = gate();
    void watched(call(() => late.promise, { timeoutMs: 10 }));
    await clock.advance(50);
    late.fail(new Error('too late'));
    await clock.advance(0);
    expect(node.drops.get('late_reply')).toBe(1);
  });

  it('leaves a late deferred reply behind, which is counted too', async () => {
    const { clock, node, call, watched } = await setup();
    let reply!: DeferredReply;
    void watched(call((context) => void (reply = context.deferReply()), { timeoutMs: 10 }));
    await clock.advance(50);
    reply.ok('too late');
    reply.ok('and again');
    expect(node.drops.get('late_reply')).toBe(1);
  });
});

describe('a deferred reply', () => {
  it('answers the call later; meanwhile the process takes other messages', async () => {
    const { call, clock, ends, watched } = await setup();
    let reply!: DeferredReply<string>;
    void watched(
      call((context) => {
        reply = context.deferReply();
        return 'ignored';
      }),
    );
    expect(await call(() => 'other')).toBe('other');
    expect(ends).toEqual([]);
    reply.ok('deferred');
    reply.ok('again');
    reply.fail(new Error('again'));
    await clock.advance(0);
    expect(ends).toEqual(['deferred']);
  });

  it('can be asked for after an await, and can fail the call', async () => {
    const { call } = await setup();
    const failed = call(async (context) => {
      await Promise.resolve();
      context.deferReply().fail(new RangeError('deferred error'));
    });
    await expect(failed).rejects.toMatchObject({ code: 'remote_error', name: 'RangeError' });
  });

  it('that is still owed when the process ends becomes ProcessExitedError, and nothing after', async () => {
    const { call, node, ref, clock, ends, watched } = await setup();
    let reply!: DeferredReply;
    void watched(call((context) => void (reply = context.deferReply())));
    await clock.advance(0);
    node.exit(ref, 'shutdown');
    await clock.advance(0);
    reply.ok('after the end');
    await clock.advance(0);
    expect(ends).toEqual([expect.any(ProcessExitedError)]);
    expect(node.drops.get('late_reply')).toBe(1);
  });

  it('is for a call handler, once per call', async () => {
    const { node, ref, call } = await setup();
    let inCast: unknown;
    node.cast(ref, 'do', (context: ProcessContext) => {
      try {
        context.deferReply();
      } catch (error) {
        inCast = error;
      }
    });
    const twice = await call((context) => {
      const reply = context.deferReply();
      try {
        context.deferReply();
      } catch (error) {
        reply.ok(error);
      }
    });
    expect(inCast).toBeInstanceOf(InvalidMessageError);
    expect(twice).toBeInstanceOf(InvalidMessageError);
  });

  it('moves the blame: a handler that throws after it deferred ends the process, and the caller hears of that', async () => {
    const { call, node, ref } = await setup();
    const error = new Error('after deferring');
    const ended = call((context) => {
      context.deferReply();
      throw error;
    });
    await expect(ended).rejects.toBeInstanceOf(ProcessExitedError);
    expect(node.isAlive(ref)).toBe(false);
  });
});

it('tells the handler who called and with which headers, also after an await, and nothing of other messages', async () => {
  const { node, ref, call } = await setup();
  const caller = await node.spawn(puppet);
  const seen = (context: ProcessContext) => ({ from: context.from?.toString(), headers: context.headers });
  const inside = await node.call(caller, 'do', (context: ProcessContext) =>
    context.call(
      ref,
      'do',
      async (callee: ProcessContext) => {
        await Promise.resolve();
        return seen(callee);
      },
      { headers: { tenant: 't1' } },
    ),
  );
  expect(inside).toEqual({ from: caller.toString(), headers: { tenant: 't1' } });
  expect(await call(seen)).toEqual({ from: undefined, headers: {} });
});

it('deferred replies whose callers gave up are let go, and do not pile up', async () => {
  const { clock, node, ref, call } = await setup();
  const kept = () =>
    node.observer.info(ref) &&
    [
      ...(
        node as unknown as { processes: Map<number, { extras: { deferred?: Set<unknown> } }> }
      ).processes.values(),
    ][0]!.extras.deferred!.size;
  for (let round = 0; round < 10; round++) {
    const given = Array.from({ length: 100 }, () =>
      call((context) => context.deferReply(), { timeoutMs: 10 }).catch((error: unknown) => error),
    );
    await clock.advance(30);
    for (const each of given) expect(await each).toBeInstanceOf(CallTimeoutError);
  }
  expect(kept()).toBeLessThan(300);
});
