import { InvalidMessageError, ProcessExitedError, ProcessNotFoundError, ProcessRef } from '@noex/contracts';
import { MessageRejected } from './behavior.js';
import { setup } from './process.calls.spec-support.js';
import { gate, puppetDriver } from './puppet.spec-support.js';

describe('a call ends exactly once', () => {
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
    // It is no late reply: nobody was told that one is outstanding.
    expect([...node.drops.entries()]).toEqual([]);
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
      const { node, ref, call } = await setup(puppetDriver({ crashOnCallError }));
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
