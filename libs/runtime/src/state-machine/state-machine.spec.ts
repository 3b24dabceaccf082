import {
  InvalidMessageError,
  ProcessExitedError,
  RemoteError,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import { LocalNode } from '../local-node.js';
import type { DeferredReply } from '../process-context.js';
import { door, start, startDoor } from './door.spec-support.js';
import { stateMachineDriver } from './state-machine.driver.js';
import { defineStateMachine } from './state-machine.js';
import { keep, next, postpone } from './transition.js';

describe('an event', () => {
  it('is handled by the current state, which says what comes next and what the caller gets', async () => {
    const { call } = await startDoor();
    await expect(call('open', '41')).resolves.toBe('wrong code');
    await expect(call('look')).resolves.toEqual({ state: 'closed', tries: 1 });
    await expect(call('open', '42')).resolves.toBe('opened');
    await expect(call('look')).resolves.toEqual({ state: 'open', tries: 0 });
  });

  it('that the state has no handler for fails its call, naming the state, though another state has one', async () => {
    const { call } = await startDoor();
    const error = await call('close').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect(error).toMatchObject({
      outcome: 'not-run',
      message: 'behavior "door" has no call handler "close" in state "closed"',
    });
    await call('open', '42');
    await expect(call('close')).resolves.toBe('closed');
  });

  it('that the state has no handler for is a counted drop where nobody waits', async () => {
    const { node, ref, clock, cast } = await startDoor();
    cast('burn');
    node.send(ref, 'tick', undefined);
    await clock.advance(0);
    expect(node.drops.get('no_handler')).toBe(2);
    expect(node.isAlive(ref)).toBe(true);
  });

  it('goes to the handler of its state before the one for any state', async () => {
    const { call } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: { call: { who: (_: void, data) => next('b', data, { reply: 'the state' }) } },
          b: {},
        },
        any: { call: { who: (_: void, data) => keep(data, { reply: 'any' }) } },
      }),
    );
    await expect(call('who')).resolves.toBe('the state');
    await expect(call('who')).resolves.toBe('any');
  });

  it('of the kind info may be a trapped exit; a down goes to handleDown in whatever state', async () => {
    const log: string[] = [];
    const { call, node, clock } = await start(
      defineStateMachine({
        name: 'm',
        init: (_: void, ctx) => {
          ctx.trapExits(true);
          return next('a', 0);
        },
        states: {
          a: {
            call: {
              tie: (other: ProcessRef, _data, ctx) => {
                ctx.link(other);
                ctx.monitor(other);
              },
            },
            info: {
              EXIT: ({ reason }: { reason: ExitReason }, data) =>
                void log.push(`EXIT ${String(reason)} ${data}`),
            },
          },
        },
        handleDown: (down, data) => {
          log.push(`down ${String(down.reason)}`);
          return next('a', data + 1);
        },
      }),
    );
    const other = await node.spawn(stateMachineDriver(door), { args: { code: '', log: [] } });
    await call('tie', other);
    node.exit(other, 'kill');
    await clock.advance(0);
    expect(log.sort()).toEqual([expect.stringMatching(/^EXIT killed [01]$/), 'down killed']);
  });
});

describe('enter', () => {
  it('runs at the start and at each change of state, with the state it comes from, before the reply', async () => {
    const log: string[] = [];
    const { call } = await start(door, { code: '42', log });
    expect(log).toEqual(['undefined -> closed']);
    const opened = call('open', '42').then(() => log.push('reply'));
    await opened;
    expect(log).toEqual(['undefined -> closed', 'closed -> open', 'reply']);
  });

  it('does not run when the machine goes to the state it is in', async () => {
    const entered = jest.fn();
    const { call } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: { enter: entered, call: { again: (_: void, data) => next('a', data + 1, { reply: data }) } },
        },
      }),
    );
    await call('again');
    await expect(call('again')).resolves.toBe(1);
    expect(entered).toHaveBeenCalledTimes(1);
  });

  it('may set the data and the timeouts of the state', async () => {
    const { call, clock } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('idle', ['init'], { timeoutMs: 10_000 }),
        states: {
          idle: {
            enter: (data) => keep([...data, 'enter'], { timeoutMs: 100 }),
            timeout: (data) => keep([...data, 'timeout']),
            call: { data: (_: void, data) => keep(data, { reply: data }) },
          },
        },
      }),
    );
    await clock.advance(100);
    await expect(call('data')).resolves.toEqual(['init', 'enter', 'timeout']);
  });

  it.each([
    [
      'changes the state',
      () => next('a', 'x') as never,
      'cannot change state or postpone while it enters "b"',
    ],
    ['postpones', () => postpone(), 'cannot change state or postpone while it enters "b"'],
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
      'stuck',
    ],
    ['rejects', () => Promise.reject(new Error('stuck')), 'stuck'],
  ])('that %s fails the event: state, data and timeouts are as before', async (_, enter, message) => {
    const { call, clock } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 'old', { timeoutMs: 100 }),
        states: {
          a: {
            timeout: () => keep('timed out'),
            call: {
              go: () => next('b', 'new'),
              data: (_: void, data, ctx) => keep(data, { reply: `${ctx.state} ${data}` }),
            },
          },
          b: { enter },
        },
      }),
    );
    const error = await call('go').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RemoteError);
    expect((error as Error).message).toContain(message);
    await expect(call('data')).resolves.toBe('a old');
    await clock.advance(100);
    await expect(call('data')).resolves.toBe('a timed out');
  });

  it('that throws at the start fails the spawn', async () => {
    await expect(
      start(
        defineStateMachine({
          name: 'm',
          init: () => next('a', 0),
          states: {
            a: {
              enter: () => {
                throw new Error('no power');
              },
            },
          },
        }),
      ),
    ).rejects.toMatchObject({ code: 'spawn_failed', message: expect.stringContaining('no power') as string });
  });
});

describe('a reply', () => {
  it('may be given later, from another state', async () => {
    const { call, clock, watch, ends } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', undefined as DeferredReply | undefined),
        states: {
          a: { call: { ask: (_: void, _data, ctx) => next('b', ctx.deferReply(), { timeoutMs: 20 }) } },
          b: {
            timeout: (reply) => {
              reply?.ok('later');
              return next('a', undefined);
            },
          },
        },
      }),
    );
    watch(call('ask'));
    await clock.advance(10);
    expect(ends).toEqual([]);
    await clock.advance(10);
    expect(ends).toEqual(['later']);
  });

  it('to a call whose handler was at work when the process was killed is ProcessExitedError', async () => {
    const { call, clock, watch, ends, node, ref } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: { a: { call: { hang: () => new Promise<void>(() => {}) } } },
      }),
    );
    watch(call('hang'));
    await clock.advance(0);
    node.exit(ref, 'kill');
    await clock.advance(0);
    expect(ends).toEqual([expect.any(ProcessExitedError)]);
  });
});

describe('those who look on', () => {
  it('read the name of the state', async () => {
    const driver = stateMachineDriver(door);
    const context = {} as never;
    expect(
      driver.stateName!({ state: undefined, context, calledByPeer: false, retryPostponed() {} }),
    ).toBeUndefined();
    const node = new LocalNode({ id: 'n1' });
    let cell: Parameters<typeof driver.init>[0] | undefined;
    const ref = await node.spawn(
      { ...driver, init: (mine, args) => driver.init((cell = mine), args) },
      { args: { code: '42', log: [] } },
    );
    expect(driver.stateName!(cell!)).toBe('closed');
    await node.call(ref, 'open', '42');
    expect(driver.stateName!(cell!)).toBe('open');
    expect(JSON.parse(JSON.stringify(cell!.state))).toMatchObject({ state: 'open', data: { tries: 0 } });
    node.exit(ref, 'kill');
  });
});
