import { CallTimeoutError, InvalidMessageError, ProcessNotFoundError } from '@noex/contracts';
import { door, start, startDoor } from './door.spec-support.js';
import type { StateContext } from './state-machine-context.js';
import { defineStateMachine } from './state-machine.js';
import { keep, next, postpone } from './transition.js';

describe('a postponed event', () => {
  it('is handled again after the next change of state, in order, before what came later', async () => {
    const log: string[] = [];
    const { call, clock, watch, ends } = await start(door, { code: '42', log });
    watch(call('pass', 'eva'));
    watch(call('pass', 'bo'));
    await clock.advance(0);
    expect(ends).toEqual([]);
    watch(call('open', '42'));
    watch(call('pass', 'late'));
    await clock.advance(0);
    expect(ends).toEqual(['opened', 'welcome eva', 'welcome bo', 'welcome late']);
    expect(log.slice(1)).toEqual(['closed -> open', 'eva passes', 'bo passes', 'late passes']);
  });

  it('stays postponed when the machine only goes to the state it is in', async () => {
    const { call, clock, watch, ends } = await startDoor();
    watch(call('pass', 'eva'));
    await call('open', 'wrong');
    await clock.advance(100);
    expect(ends).toEqual([]);
  });

  it('is postponed again, behind nothing that came later, when the new state postpones it too', async () => {
    const log: string[] = [];
    const { cast, clock } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: { cast: { work: () => postpone(), go: (_: number, data) => next('b', data) } },
          b: { cast: { work: () => postpone(), go: (_: number, data) => next('c', data) } },
          c: { cast: { work: (n: number) => void log.push(`work ${n}`), go: () => void log.push('go') } },
        },
      }),
    );
    cast('work', 1);
    cast('work', 2);
    cast('go');
    cast('work', 3);
    cast('go');
    cast('go');
    await clock.advance(0);
    expect(log).toEqual(['work 1', 'work 2', 'work 3', 'go']);
  });

  it('may itself be the event that changes the state: then it is handled again at once', async () => {
    const { call } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('asleep', 0),
        states: {
          asleep: { call: { ask: (_: void, data) => next('awake', data + 1, { postpone: true }) } },
          awake: { call: { ask: (_: void, data) => keep(data, { reply: `awake ${data}` }) } },
        },
      }),
    );
    await expect(call('ask')).resolves.toBe('awake 1');
  });

  it('knows its own sender, not the one of the event that changed the state', async () => {
    const seen: unknown[] = [];
    const machine = defineStateMachine({
      name: 'm',
      init: () => next('a', 0),
      states: {
        a: { call: { ask: () => postpone() }, cast: { go: (_: void, data) => next('b', data) } },
        b: {
          call: {
            ask: (_: void, data, ctx: StateContext) => {
              seen.push(ctx.headers, ctx.from);
              return keep(data, { reply: 1 });
            },
          },
        },
      },
    });
    const { cast, ref, node } = await start(machine);
    const asked = node.call(ref, 'ask', undefined, { headers: { tenant: 'x' } }, ref);
    cast('go');
    await asked;
    expect(seen).toEqual([{ tenant: 'x' }, ref]);
  });

  it('of a caller that gave up is skipped and counted', async () => {
    const log: string[] = [];
    const { call, clock, watch, ends, node } = await start(door, { code: '42', log });
    watch(call('pass', 'eva', { timeoutMs: 50 }));
    await clock.advance(60);
    expect(ends).toEqual([expect.any(CallTimeoutError)]);
    await call('open', '42');
    await clock.advance(0);
    expect(log).not.toContain('eva passes');
    expect(node.drops.get('caller_gave_up')).toBe(1);
  });

  it('that the new state has no handler for is refused or dropped there', async () => {
    const { call, cast, clock, watch, ends, node } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: {
            call: { ask: () => postpone() },
            cast: { tell: () => postpone(), go: (_: void, data) => next('b', data) },
          },
          b: {},
        },
      }),
    );
    watch(call('ask'));
    cast('tell');
    cast('go');
    await clock.advance(0);
    expect(ends).toEqual([expect.any(InvalidMessageError)]);
    expect(node.drops.get('no_handler')).toBe(1);
  });

  it.each(['kill', 'shutdown'])('fails its caller as not run when the process ends (%s)', async (reason) => {
    const { call, cast, clock, watch, ends, node, ref } = await startDoor();
    watch(call('pass', 'eva', { timeoutMs: Infinity }));
    cast('ring');
    await clock.advance(0);
    node.exit(ref, reason);
    await clock.advance(0);
    expect(ends).toEqual([expect.any(ProcessNotFoundError)]);
    expect(ends[0]).toMatchObject({ outcome: 'not-run' });
    expect(node.drops.get('process_exited')).toBe(1);
    expect(node.wheel.size).toBe(0);
  });

  it('still counts for the limit of the mailbox', async () => {
    const { cast, clock, node } = await start(door, { code: '42', log: [] }, { mailboxLimit: 3 });
    for (let n = 0; n < 3; n++) {
      expect(cast('ring')).toBe(true);
      await clock.advance(0);
    }
    expect(node.queuedMessages).toBe(3);
    expect(cast('ring')).toBe(false);
    expect(node.drops.get('mailbox_full')).toBe(1);
  });

  it('is not handled any more when the process stops first', async () => {
    const log: string[] = [];
    const { cast, clock, reasons } = await start(
      defineStateMachine({
        name: 'm',
        init: () => next('a', 0),
        states: {
          a: {
            cast: {
              work: () => postpone(),
              go: (_: void, data, ctx) => {
                ctx.stop();
                return next('b', data);
              },
            },
          },
          b: { cast: { work: () => void log.push('work') } },
        },
        terminate: () => void log.push('terminate'),
      }),
    );
    cast('work');
    cast('go');
    await clock.advance(0);
    expect(log).toEqual(['terminate']);
    expect(reasons).toEqual(['normal']);
  });
});
