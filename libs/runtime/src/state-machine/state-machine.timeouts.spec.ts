import { type ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode, type LocalNodeOptions } from '../local-node.js';
import type { CallOptions } from '../process-context.js';
import { stateMachineDriver } from './state-machine.driver.js';
import { defineStateMachine, type StateMachine } from './state-machine.js';
import { keep, next, postpone } from './transition.js';

async function start<Data, Args>(
  machine: StateMachine<Data, Args>,
  args?: Args,
  options: Partial<LocalNodeOptions> = {},
) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const driver = stateMachineDriver(machine);
  const ref = await node.spawn(driver, { args });
  const ends: unknown[] = [];
  const reasons: ExitReason[] = [];
  node.monitor(ref, (reason) => reasons.push(reason));
  return {
    clock,
    node,
    ref,
    /** How each watched call ended, in the order of the ends. */
    ends,
    /** Why the process ended. */
    reasons,
    call: (name: string, payload?: unknown, callOptions?: CallOptions) =>
      node.call(ref, name, payload, callOptions),
    cast: (name: string, payload?: unknown) => node.cast(ref, name, payload),
    watch: (promise: Promise<unknown>) =>
      void promise.then(
        (value) => ends.push(value),
        (error: Error) => ends.push(error),
      ),
  };
}

/** A door with a code: it opens for 5 s, and who wants to pass a closed door waits. */
const door = defineStateMachine({
  name: 'door',
  init: (args: { code: string; log: string[] }) => next('closed', { ...args, tries: 0 }),
  states: {
    closed: {
      enter: (data, _ctx, from) => void data.log.push(`${from} -> closed`),
      call: {
        open: (code: string, data) =>
          code === data.code
            ? next('open', { ...data, tries: 0 }, { reply: 'opened', timeoutMs: 5000 })
            : keep({ ...data, tries: data.tries + 1 }, { reply: 'wrong code' }),
        pass: () => postpone(),
      },
      cast: { ring: () => postpone() },
    },
    open: {
      enter: (data, _ctx, from) => void data.log.push(`${from} -> open`),
      timeout: (data) => next('closed', data),
      call: {
        pass: (who: string, data) => {
          data.log.push(`${who} passes`);
          return keep(data, { reply: `welcome ${who}` });
        },
        close: (_: void, data) => next('closed', data, { reply: 'closed' }),
      },
      cast: { ring: (_: void, data) => void data.log.push('rings') },
    },
  },
  any: {
    call: { look: (_: void, data, ctx) => keep(data, { reply: { state: ctx.state, tries: data.tries } }) },
  },
});

const startDoor = () => start(door, { code: '42', log: [] as string[] });

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
