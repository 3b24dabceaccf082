import { CallTimeoutError, RemoteError } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import type { ProcessContext } from './process-context.js';
import { setup } from './process.calls.spec-support.js';
import { gate, puppetDriver } from './puppet.spec-support.js';

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
    const ref = await node.spawn(puppetDriver());
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
    await node.call(await node.spawn(puppetDriver()), 'do', () => 0);
    expect(work).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });
});

it('a behavior with crashOnCallError answers the caller with the error and exits with it', async () => {
  const { node, ref, call, clock } = await setup(puppetDriver({ crashOnCallError: true }));
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
it('tells the handler who called and with which headers, also after an await, and nothing of other messages', async () => {
  const { node, ref, call } = await setup();
  const caller = await node.spawn(puppetDriver());
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
