import { CallTimeoutError, InvalidMessageError, ProcessExitedError } from '@noex/contracts';
import type { DeferredReply, ProcessContext } from './process-context.js';
import { setup } from './process.calls.spec-support.js';

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
