import { DrainingError, ProcessExitedError, ProcessNotFoundError, silentLogger } from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { echoCluster, eventsOf, failure, ManualClock, until } from './cluster.spec-support.js';

const { release, seen, start, pair } = echoCluster();
const turns = async (count = 10) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};
/** Whether a promise has settled by now. */
function watched(promise: Promise<unknown>) {
  const state = { ended: false };
  void promise.finally(() => (state.ended = true)).catch(() => {});
  return state;
}

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
      callsRefused: 1,
      spawnsRefused: 1,
      spawnsMoved: 0,
      callsLost: 0,
      ownCallsLost: 0,
      castsDelivered: 1,
      castsDropped: 0,
      processesStopped: 2,
      processesHandedOver: 0,
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
    await new Promise(setImmediate);
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
    expect(await b.stop(1_000)).toMatchObject({ callsCompleted: 0, callsRefused: 0, callsLost: 0 });
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

  it('gives its ledger away when its processes have ended, and what is then sent still arrives', async () => {
    const { a, b } = await pair();
    const listener = await a.spawn('echo', { on: 'local' });
    await b.spawn('echo', { on: 'local' });
    const ledgers: unknown[] = [];
    b.farewell.add((ledger) => {
      expect(b.node.processCount).toBe(0);
      ledgers.push(ledger);
      b.cast(listener, 'note', ledger.processesStopped);
    });
    expect(ledgers).toEqual([]);
    ledgers.push(await b.stop(1_000));
    expect(ledgers[0]).toEqual(ledgers[1]);
    await until('the ledger is there', () => seen.length === 1);
    expect(seen).toEqual([1]);
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

/** Its time passes and that of its peers does not. */
const DEAF = { timeoutMs: Infinity };

describe('the phases of a drain', () => {
  it('notice: peers and probes know that the node leaves, and what still comes is served', async () => {
    const clock = new VirtualClock();
    const { a, b } = await pair({}, { clock, heartbeat: DEAF });
    const echo = await a.spawn('echo', { on: 'b' });
    const drain = watched(b.drain(10_000, { noticeMs: 5_000 }));
    await until('a knows', () => a.members.get('b')!.draining);
    expect([b.draining, b.status]).toEqual([true, 'stopping']);
    await clock.advance(4_999);
    expect(await a.call(echo, 'echo', 1)).toBe(1);
    expect((await a.spawn('echo', { on: 'b' })).node).toBe('b');
    expect(drain.ended).toBe(false);
    await clock.advance(1);
    expect(await failure(a.call(echo, 'echo', 2))).toBeInstanceOf(DrainingError);
    expect(drain.ended).toBe(true);
  });

  it('hooks run in the notice, which lasts as long as they do', async () => {
    const clock = new VirtualClock();
    const { a, b } = await pair({}, { clock, heartbeat: DEAF });
    const echo = await a.spawn('echo', { on: 'b' });
    let done!: () => void;
    const before = () => new Promise<void>((resolve) => (done = resolve));
    const drain = watched(b.drain(10_000, { before }));
    await clock.advance(1_000);
    expect(await a.call(echo, 'echo', 1)).toBe(1);
    done();
    await clock.advance(0);
    expect(await failure(a.call(echo, 'echo', 2))).toBeInstanceOf(DrainingError);
    expect(drain.ended).toBe(true);
  });

  it.each([
    [0, 5_000],
    [8_000, 8_000],
  ])(
    'hooks that hang, with a notice of %d ms, hold the drain up for %d of 10,000 ms',
    async (noticeMs, heldMs) => {
      const clock = new VirtualClock();
      const { b } = await pair({}, { clock, heartbeat: DEAF });
      const drain = watched(b.drain(10_000, { noticeMs, before: () => new Promise(() => {}) }));
      await clock.advance(heldMs - 1);
      expect([drain.ended, b.host.leaving!.refuses]).toEqual([false, false]);
      await clock.advance(1);
      expect([drain.ended, b.host.leaving!.refuses]).toEqual([true, true]);
    },
  );

  it('finish: spawns of peers whose init is under way are waited for', async () => {
    const { a, b } = await pair();
    let started!: () => void;
    const slow = plainDriver({
      name: 'slow',
      init: () => new Promise<null>((done) => (started = () => done(null))),
    });
    b.addBehavior(slow);
    await until('a knows', () => a.members.get('b')!.behaviors.has('slow'));
    const spawn = a.spawn('slow', { on: 'b' });
    await until('it starts', () => b.node.processCount === 1);
    const drain = watched(b.drain(60_000));
    await turns();
    expect(drain.ended).toBe(false);
    started();
    expect((await spawn).node).toBe('b');
    await until('it has drained', () => drain.ended);
  });

  it('finish: calls of its own to peers are waited for, those of that moment and no later ones', async () => {
    const { a, b } = await pair();
    const echo = await b.spawn('echo', { on: 'a' });
    const own = b.call(echo, 'hold', 'own');
    await until('it is being worked on', () => seen.length === 1);
    const drain = watched(b.drain(60_000));
    await turns();
    expect(drain.ended).toBe(false);
    const another = await a.spawn('echo', { on: 'a' });
    const later = b.call(another, 'hold', 'later');
    await until('it is being worked on', () => seen.length === 2);
    release[0]!();
    expect(await own).toBe('own');
    await until('it has drained', () => drain.ended);
    const ended = failure(later);
    expect(await b.stop(1_000)).toMatchObject({ ownCallsLost: 1, callsLost: 0 });
    expect((await ended).outcome).toBe('unknown');
  });

  it('finish: casts that wait in mailboxes are handled', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 'first');
    await until('it is being worked on', () => seen.length === 1);
    for (let n = 0; n < 3; n++) a.cast(echo, 'note', n);
    await until('they wait', () => b.node.queuedMessages === 3);
    const drained = b.drain(60_000);
    release[0]!();
    await Promise.all([held, drained]);
    expect(seen).toEqual(['first', 0, 1, 2]);
    expect(await b.stop(1_000)).toMatchObject({ castsDropped: 0 });
  });

  it('finish: a mailbox that nobody empties is waited for half a second, and its casts are counted', async () => {
    const clock = new VirtualClock();
    const { a, b } = await pair({}, { clock, heartbeat: DEAF });
    const echo = await a.spawn('echo', { on: 'b' });
    b.node.observer.suspend(echo);
    a.cast(echo, 'note', 1);
    await until('it waits', () => b.node.queuedMessages === 1);
    const drain = watched(b.drain(60_000));
    await clock.advance(480);
    expect(drain.ended).toBe(false);
    await clock.advance(40);
    expect(drain.ended).toBe(true);
    a.cast(echo, 'note', 2);
    await until('both wait', () => b.node.queuedMessages === 2);
    const stopping = b.stop(0);
    await clock.advance(1_000);
    expect(await stopping).toMatchObject({ castsDelivered: 1, castsDropped: 2 });
  });

  it('close: a transport that hangs is left alone a second after the budget', async () => {
    const clock = new VirtualClock();
    const warnings: unknown[] = [];
    const logger = { ...silentLogger, warn: (_: string, fields?: object) => void warnings.push(fields) };
    const { b } = await pair({}, { clock, heartbeat: DEAF, logger });
    const { transport } = b as unknown as { transport: { close(): Promise<void> } };
    const close = transport.close.bind(transport);
    transport.close = () => close().then(() => new Promise<void>(() => {}));
    const left = watched(b.stop(500));
    await clock.advance(1_499);
    expect([left.ended, warnings]).toEqual([false, []]);
    await clock.advance(1);
    expect([left.ended, b.status, warnings]).toEqual([true, 'stopped', [{ event: 'leave_overdue' }]]);
  });

  it('logs each phase at debug, and the ledger in one line', async () => {
    const lines: unknown[] = [];
    const keep = (level: string) => (_: string, fields?: object) => void lines.push({ level, ...fields });
    const logger = { ...silentLogger, debug: keep('debug'), info: keep('info') };
    const { b } = await pair({}, { logger });
    await b.drain(1_000, { noticeMs: 1 });
    const ledger = await b.stop(1_000, async () => {});
    const phases = (lines as { event?: string; phase?: string }[]).filter(
      ({ event }) => event === 'leave_phase',
    );
    expect(phases.map(({ phase }) => phase)).toEqual([
      'notice',
      'finish',
      'first',
      'processes',
      'flush',
      'close',
    ]);
    expect(lines).toContainEqual({ level: 'info', event: 'node_left', ...ledger });
  });
});

describe('in a hurry', () => {
  it.each(['notice', 'finish', 'processes'] as const)('no phase waits any more: %s', async (phase) => {
    const clock = new VirtualClock();
    const { a, b } = await pair({}, { clock, heartbeat: DEAF });
    const echo = await a.spawn('echo', { on: 'b' });
    const onA = eventsOf(a);
    const held = failure(a.call(echo, 'hold', 1, { timeoutMs: 60_000 }));
    await until('it is being worked on', () => seen.length === 1);
    const drained = b.drain(20_000, { noticeMs: 10_000 });
    if (phase !== 'notice') await clock.advance(10_000);
    if (phase === 'processes') {
      await clock.advance(10_000);
      void b.stop(20_000);
      await clock.advance(0);
    }
    expect(b.status).toBe('stopping');
    b.hurry();
    const ledger = b.stop(0);
    await clock.advance(0);
    await drained;
    expect(await ledger).toMatchObject({ callsLost: 1, processesKilled: 1, processesStopped: 0 });
    // It was told so before the goodbye.
    expect(await held).toBeInstanceOf(ProcessExitedError);
    await until('a knows', () => a.members.size === 0);
    expect(onA).toEqual(['down b graceful_shutdown']);
  });
});

it('answers all it has taken before it says goodbye, a spawn that waits for its name included', async () => {
  const { a, b } = await pair();
  const claim = jest.spyOn(b.names, 'spawn').mockImplementation(() => new Promise(() => {}));
  const spawn = failure(a.spawn('echo', { on: 'b', globalName: 'only' }));
  await until('it is there', () => claim.mock.calls.length === 1);
  await b.drain(0);
  await b.stop(10);
  expect(await spawn).toBeInstanceOf(DrainingError);
});
