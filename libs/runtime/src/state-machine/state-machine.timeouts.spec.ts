import { start, startDoor } from './door.spec-support.js';
import { defineStateMachine } from './state-machine.js';
import { keep, next, postpone } from './transition.js';

describe('the state timeout', () => {
  it('runs its handler when the machine is still in the state', async () => {
    const { call, clock } = await startDoor();
    await call('open', '42');
    await clock.advance(4990);
    await expect(call('look')).resolves.toMatchObject({ state: 'open' });
    await clock.advance(10);
    await expect(call('look')).resolves.toMatchObject({ state: 'closed' });
  });

  it('is off after a change of state, though the machine comes back to the state', async () => {
    const { call, clock, node } = await startDoor();
    await call('open', '42');
    await clock.advance(3000);
    await call('close');
    expect(node.wheel.size).toBe(0);
    await call('open', '42');
    await clock.advance(4000);
    await expect(call('look')).resolves.toMatchObject({ state: 'open' });
  });

  it('is nothing when the state changed after it ran out and before its turn came', async () => {
    const { call, cast, clock, node, ref } = await start(slow());
    let done!: () => void;
    cast('work', new Promise<void>((resolve) => (done = resolve)));
    const gone = call('go');
    await clock.advance(100);
    done();
    await gone;
    await expect(call('log')).resolves.toEqual(['b']);
    expect(node.drops.get('no_handler')).toBe(0);
    expect(node.isAlive(ref)).toBe(true);
  });

  it('survives events that stay in the state, starts over when it is set again, and ends with Infinity', async () => {
    const { call, clock } = await start(slow());
    await clock.advance(30);
    await call('log');
    await clock.advance(20);
    await expect(call('log')).resolves.toEqual(['timeout']);
    await call('set', 50);
    await clock.advance(40);
    await call('set', 50);
    await clock.advance(40);
    await expect(call('log')).resolves.toEqual(['timeout']);
    await call('set', Infinity);
    await clock.advance(1000);
    await expect(call('log')).resolves.toEqual(['timeout']);
  });

  it('comes though the mailbox is full', async () => {
    const { call, cast, clock, node } = await start(slow(), undefined, { mailboxLimit: 2 });
    let done!: () => void;
    cast('work', new Promise<void>((resolve) => (done = resolve)));
    await clock.advance(0);
    expect([cast('idle'), cast('idle'), cast('idle')]).toEqual([true, true, false]);
    await clock.advance(200);
    done();
    await clock.advance(0);
    await expect(call('log')).resolves.toEqual(['timeout']);
    expect(node.drops.get('mailbox_full')).toBe(1);
  });

  it('of a process that ended is nothing', async () => {
    const { clock, node, ref } = await start(slow());
    node.exit(ref, 'kill');
    expect(node.wheel.size).toBe(0);
    await clock.advance(1000);
    expect([...node.drops.entries()]).toEqual([]);
  });

  it('cannot be postponed', async () => {
    const { clock, reasons } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0, { timeoutMs: 10 }),
        states: { a: { timeout: () => postpone() } },
      }),
    );
    await clock.advance(10);
    expect(reasons).toEqual([expect.objectContaining({ name: 'TypeError' })]);
  });

  it('of an async handler that was killed is not set', async () => {
    let go!: () => void;
    const entered = jest.fn();
    const { cast, clock, node, ref } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: {
            cast: {
              go: async (_: void, data) => {
                await new Promise<void>((resolve) => (go = resolve));
                return next('b', data, { timeoutMs: 10 });
              },
            },
          },
          b: { enter: entered, timeout: () => keep() },
        },
      }),
    );
    cast('go');
    await clock.advance(0);
    node.exit(ref, 'kill');
    go();
    await clock.advance(100);
    expect(entered).not.toHaveBeenCalled();
    expect(node.wheel.size).toBe(0);
  });

  /** Times out after 50 ms in its first state; `work` keeps it busy until the promise it gets settles. */
  function slow() {
    return defineStateMachine({
      name: 'slow',
      init: () => next('a', [] as string[], { timeoutMs: 50 }),
      states: {
        a: {
          timeout: (data) => keep([...data, 'timeout']),
          call: {
            go: (_: void, data) => next('b', [...data, 'b']),
            set: (timeoutMs: number, data) => keep(data, { timeoutMs }),
          },
        },
        b: {},
      },
      any: {
        call: { log: (_: void, data) => keep(data, { reply: data }) },
        cast: {
          idle: () => keep(),
          work: (done: Promise<void>) => done,
        },
      },
    });
  }
});

describe('the event timeout', () => {
  const session = defineStateMachine({
    name: 'session',
    init: () => next('active', 0, { eventTimeoutMs: 50 }),
    states: {
      active: {
        eventTimeout: (data) => next('idle', data),
        call: {
          touch: (_: void, data) => keep(data + 1, { eventTimeoutMs: 50 }),
          peek: (_: void, data) => keep(data, { reply: data }),
          fail: () => {
            throw new Error('no');
          },
        },
      },
      idle: {},
    },
  });

  it('runs its handler when no event came', async () => {
    const { clock, call } = await start(session);
    await clock.advance(50);
    await expect(call('peek')).rejects.toThrow('in state "idle"');
  });

  it('is taken off by any event that is handled, and set again by the handler if it wants', async () => {
    const { clock, call } = await start(session);
    await clock.advance(40);
    await call('touch');
    await clock.advance(40);
    await call('peek');
    await clock.advance(1000);
    await expect(call('peek')).resolves.toBe(1);
  });

  it('is not taken off by an event that failed or that the state does not know', async () => {
    const { clock, call, cast } = await start(session);
    await expect(call('fail')).rejects.toThrow('no');
    await expect(call('unknown')).rejects.toThrow('no call handler');
    cast('unknown');
    await clock.advance(50);
    await expect(call('peek')).rejects.toThrow('in state "idle"');
  });
});
