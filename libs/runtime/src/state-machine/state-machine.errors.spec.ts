import { VirtualClock } from '@noex/testing';
import { LocalNode } from '../local-node.js';
import { start } from './door.spec-support.js';
import { stateMachineDriver } from './state-machine.driver.js';
import { defineStateMachine } from './state-machine.js';
import { keep, next } from './transition.js';

describe('a handler that throws', () => {
  const fragile = defineStateMachine({
    name: 'fragile',
    init: () => next('a', 1, { timeoutMs: 100 }),
    states: {
      a: {
        timeout: (data) => keep(data + 10),
        call: {
          fail: () => {
            throw new RangeError('no');
          },
          stray: () => next('nowhere' as 'a', 5),
          never: () => keep(5, { timeoutMs: Number.NaN }),
          unheard: () => keep(5, { eventTimeoutMs: 10 }),
          data: (_: void, data) => keep(data, { reply: data }),
          tuple: () => ['reply', 5] as never,
        },
        cast: { fail: () => Promise.reject(new RangeError('no')) },
      },
    },
  });

  it('answers its caller with the error; state, data and timeouts stay as they were', async () => {
    const { call, clock } = await start(fragile);
    await expect(call('fail')).rejects.toMatchObject({ name: 'RangeError', outcome: 'ran' });
    await expect(call('data')).resolves.toBe(1);
    await clock.advance(100);
    await expect(call('data')).resolves.toBe(11);
  });

  it.each([
    ['stray', 'state machine "fragile" has no state "nowhere"; it has: a'],
    [
      'never',
      'state machine "fragile" takes 0 or more milliseconds for its state timeout (Infinity = none), got NaN',
    ],
    ['unheard', 'state machine "fragile" has no event timeout handler in state "a"'],
    ['tuple', 'must return next(), keep(), postpone() or nothing'],
  ])('as does one whose transition cannot be (%s)', async (name, message) => {
    const { call } = await start(fragile);
    await expect(call(name)).rejects.toMatchObject({ message: expect.stringContaining(message) as string });
    await expect(call('data')).resolves.toBe(1);
  });

  it('ends the process with the error as its reason where nobody waits', async () => {
    const { cast, clock, reasons } = await start(fragile);
    cast('fail');
    await clock.advance(0);
    expect(reasons).toEqual([expect.objectContaining({ name: 'RangeError' })]);
  });

  it('does both with crashOnCallError', async () => {
    const { call, clock, reasons } = await start({ ...fragile, crashOnCallError: true });
    await expect(call('fail')).rejects.toMatchObject({ name: 'RangeError' });
    await clock.advance(0);
    expect(reasons).toEqual([expect.objectContaining({ name: 'RangeError' })]);
  });
});

it('a machine that is killed in its init enters no state', async () => {
  let go!: () => void;
  const entered = jest.fn();
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', clock });
  const machine = defineStateMachine({
    name: 'm',
    init: async () => {
      await new Promise<void>((resolve) => (go = resolve));
      return next('a', 0, { timeoutMs: 10 });
    },
    states: { a: { enter: entered, timeout: () => keep() } },
  });
  const spawned = node.spawn(stateMachineDriver(machine), { timeoutMs: 20 });
  void clock.advance(20);
  await expect(spawned).rejects.toMatchObject({ code: 'spawn_timeout' });
  go();
  await clock.advance(100);
  expect(entered).not.toHaveBeenCalled();
  expect(node.wheel.size).toBe(0);
});
