import { CallTimeoutError } from '@noex/contracts';
import type { DeferredReply } from './process-context.js';
import { setup } from './process.calls.spec-support.js';
import { gate } from './puppet.spec-support.js';

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
