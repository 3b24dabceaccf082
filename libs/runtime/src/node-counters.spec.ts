import { NoexError } from '@noex/contracts';
import { caught, setup } from './local-node.spec-support.js';
import { codeOf, exitKind } from './node-counters.js';
import { puppetDriver } from './puppet.spec-support.js';
import { startSupervisor } from './supervisor/supervisor.js';

const settled = () => new Promise(setImmediate);

describe('a node counts', () => {
  it('how its calls ended, each once: the reply, a throw, the deadline, the signal, or another error', async () => {
    const { node, clock } = setup({ mailboxLimit: 1 });
    const ref = await node.spawn('puppet');
    const outcomes = () => Object.fromEntries(node.counters.localCalls.entries());
    expect(outcomes()).toEqual({ ok: 0 });
    await node.call(ref, 'do', () => 1);
    await node.call(ref, 'do', () => 2);
    await caught(node.call(ref, 'do', () => JSON.parse('{')));
    const abort = new AbortController();
    const held = caught(node.call(ref, 'do', () => new Promise(() => {}), { signal: abort.signal }));
    await settled();
    const waiting = caught(node.call(ref, 'do', () => 3));
    await caught(node.call(ref, 'do', () => 4));
    abort.abort(new Error('enough'));
    await held;
    await clock.advance(6_000);
    await waiting;
    node.exit(ref, 'kill');
    await caught(node.call(ref, 'do', () => 5));
    expect(outcomes()).toEqual({
      ok: 2,
      remote_error: 1,
      overloaded: 1,
      aborted: 1,
      call_timeout: 1,
      noproc: 1,
    });
  });

  it('the casts it sends, those that are refused too', async () => {
    const { node } = setup();
    const ref = await node.spawn('puppet');
    node.cast(ref, 'do', () => {});
    node.exit(ref, 'kill');
    expect(node.cast(ref, 'do', () => {})).toBe(false);
    expect(node.counters.localCasts).toBe(2);
  });

  it('spawns that fail, by the code of their error', async () => {
    const { node } = setup();
    const fail = () => {
      throw new Error('no');
    };
    await caught(node.spawn('puppet', { args: fail }));
    await caught(node.spawn('unknown'));
    await node.spawn('puppet', { name: 'one' });
    await caught(node.spawn('puppet', { name: 'one' }));
    await caught(node.spawn('puppet', { onSpawn: fail }));
    expect(Object.fromEntries(node.counters.spawnFailures.entries())).toEqual({
      spawn_failed: 1,
      behavior_not_found: 1,
      name_taken: 1,
      other: 1,
    });
    expect(node.startedCount).toBe(1);
  });

  it('ends by their reason, each once, so that what began and has not ended is what lives', async () => {
    const { node } = setup();
    const exits = () => Object.fromEntries(node.counters.exits.entries());
    const reasons = ['normal', 'shutdown', 'kill', 'my-own-1', 'my-own-2', { shutdown: 'x' }, new Error('e')];
    for (const reason of reasons) node.exit(await node.spawn('puppet'), reason);
    await node.spawn('puppet');
    const started = node.startedCount;
    await caught(node.spawn('puppet', { args: () => JSON.parse('{') }));
    await settled();
    expect(exits()).toEqual({ normal: 1, shutdown: 2, killed: 1, other: 2, error: 2 });
    const ended = Object.values(exits()).reduce((sum, count) => sum + count, 0);
    const failed = node.counters.spawnFailures.get('spawn_failed');
    expect(started + failed - ended).toBe(node.processCount);
  });

  it('restarts of children, and supervisors that give up', async () => {
    const { node } = setup();
    const behavior = puppetDriver({ name: 'child' });
    const spec = { maxRestarts: 2, withinMs: 60_000, children: [{ id: 'c', behavior, name: 'c' }] };
    const supervisor = await startSupervisor(node, spec);
    const over = new Promise<void>((resolve) => node.monitor(supervisor.ref, () => resolve()));
    for (let n = 0; n < 3; n++) {
      node.exit(node.whereis('c')!, 'kill');
      await settled();
    }
    await over;
    expect([node.counters.restarts, node.counters.restartsGivenUp]).toEqual([2, 1]);
  });
});

it('labels have an end: errors and reasons that are not ours are "other"', () => {
  class Own extends NoexError {
    readonly code = 'own';
    readonly outcome = 'not-run';
  }
  expect([codeOf(new Own('x')), codeOf(Object.assign(new Error('x'), { code: 'E42' })), codeOf('x')]).toEqual(
    ['own', 'other', 'other'],
  );
  expect(['killed', 'error', 'constructor'].map(exitKind)).toEqual(['killed', 'other', 'other']);
});
