import { DrainingError, ProcessExitedError, ProcessNotFoundError } from '@noex/contracts';
import { echoCluster, eventsOf, failure, ManualClock, until } from './cluster.spec-support.js';

const { release, seen, start, pair } = echoCluster();

describe('a node that drains', () => {
  it('finishes what it works on and refuses what is new', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const other = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 'under way');
    await until('it is being worked on', () => seen.length === 1);
    let drained = false;
    const draining = b.drain(60_000).then(() => (drained = true));
    expect([b.draining, b.status]).toEqual([true, 'stopping']);
    const call = await failure(a.call(other, 'echo', 1));
    expect(call).toBeInstanceOf(DrainingError);
    expect(call.outcome).toBe('not-run');
    const spawn = await failure(a.spawn('echo', { on: 'b' }));
    expect(spawn).toBeInstanceOf(DrainingError);
    expect(a.cast(other, 'note', 'cast')).toBe(true);
    await until('the cast is there', () => seen.length === 2);
    expect(drained).toBe(false);
    release[0]!();
    expect(await held).toBe('under way');
    await draining;
    expect(await b.stop(1_000)).toEqual({
      callsCompleted: 1,
      refused: 2,
      callsLost: 0,
      processesStopped: 2,
      processesKilled: 0,
    });
  });

  it('is avoided by placement, and says so when nobody is left', async () => {
    const { a, b } = await pair();
    void b.drain(10);
    await until('a knows', () => a.members.get('b')!.draining);
    expect(a.nodes()[1]!.draining).toBe(true);
    for (const on of ['least-loaded', 'random', 'round-robin'] as const) {
      expect((await a.spawn('echo', { on })).node).toBe('a');
    }
    expect((await b.spawn('echo')).node).toBe('a');
    void a.drain(10);
    await until('b knows', () => b.members.get('a')!.draining);
    expect((await failure(a.spawn('echo'))).code).toBe('spawn_refused');
  });

  it('waits no longer than it may', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({}, { clock });
    const echo = await a.spawn('echo', { on: 'b' });
    const held = failure(a.call(echo, 'hold', 1));
    await until('it is being worked on', () => seen.length === 1);
    const draining = b.drain(500);
    clock.advance(500);
    await draining;
    const stopping = b.stop(100);
    clock.advance(100);
    const ledger = await stopping;
    expect(await held).toBeInstanceOf(ProcessExitedError);
    expect(ledger).toMatchObject({
      callsCompleted: 0,
      callsLost: 1,
      processesKilled: 1,
      processesStopped: 0,
    });
  });

  it('loses no call that ends within the time to stop', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 'in time');
    await until('it is being worked on', () => seen.length === 1);
    await b.drain(1);
    const stopping = b.stop(60_000);
    await new Promise(setImmediate);
    expect(b.stats().callsServing).toBe(1);
    release[0]!();
    expect(await held).toBe('in time');
    expect(await stopping).toMatchObject({ callsCompleted: 1, callsLost: 0, processesStopped: 1 });
  });

  it('counts only the calls of that time', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    for (let i = 0; i < 5; i++) await a.call(echo, 'echo', i);
    expect(await b.stop(1_000)).toMatchObject({ callsCompleted: 0, refused: 0, callsLost: 0 });
  });

  it('says goodbye: its peers see graceful_shutdown, once', async () => {
    const { a, b } = await pair();
    const c = await start('c');
    await until('c is up', () => a.members.size === 2 && b.members.size === 2);
    const [onA, onB, onC] = [a, b, c].map(eventsOf);
    await b.stop(10);
    await until('all know', () => onA!.length > 0 && onC!.length > 0);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect([onA, onB, onC]).toEqual([['down b graceful_shutdown'], [], ['down b graceful_shutdown']]);
    expect([...a.members.downs.entries()]).toEqual([['graceful_shutdown', 1]]);
  });

  it('answers first: replies given before the goodbye arrive', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const calls = Array.from({ length: 50 }, (_, i) => a.call(echo, 'echo', i));
    await until(
      'they are there',
      () => b.stats().callsServing > 0 || b.node.queuedMessages > 0 || a.stats().callsPending === 0,
    );
    await b.drain(1_000);
    await b.stop(1_000);
    expect(await Promise.all(calls)).toHaveLength(50);
  });

  it('leaves once: told again to stop, it gives the same ledger', async () => {
    const { a, b } = await pair();
    const onA = eventsOf(a);
    const first = b.stop(10);
    expect(await b.stop(1_000)).toBe(await first);
    await until('a knows', () => a.members.size === 0);
    expect(onA).toEqual(['down b graceful_shutdown']);
  });

  it('is gone afterwards', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    await b.stop(10);
    await until('a knows', () => a.members.size === 0);
    expect((await failure(a.call(echo, 'echo'))).code).toBe('node_unreachable');
    expect(await failure(b.call(echo, 'echo'))).toBeInstanceOf(ProcessNotFoundError);
    expect(b.members.size).toBe(0);
  });
});
