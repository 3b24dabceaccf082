import type { Cluster } from './cluster.js';
import { echoCluster, failure, ManualClock, until } from './cluster.spec-support.js';

const { release, seen, network, pair } = echoCluster();

const outcomes = (cluster: Cluster) => Object.fromEntries(cluster.node.counters.remoteCalls.entries());
const only = (cluster: Cluster) => {
  const all = [...cluster.peerStats()];
  expect(all).toHaveLength(1);
  return all[0]!;
};
const total = ({ counts }: { readonly counts: Iterable<number> }) =>
  [...counts].reduce((sum, n) => sum + n, 0);

describe('what is told of the traffic with a peer', () => {
  it('is the same on both sides, and ends with the connection', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    for (let n = 0; n < 5; n++) await a.call(echo, 'echo', 'x'.repeat(1_000));
    await until('all has arrived', () => only(a).bytesSent === only(b).bytesReceived);
    const [there, here] = [only(a), only(b)];
    expect(there.id).toBe('b');
    expect([there.framesSent, there.bytesSent]).toEqual([here.framesReceived, here.bytesReceived]);
    expect([there.framesReceived, there.bytesReceived]).toEqual([here.framesSent, here.bytesSent]);
    expect(there.bytesSent).toBeGreaterThan(5_000);
    expect(there.framesSent).toBeGreaterThanOrEqual(6);
    network().partition(['a'], ['b']);
    await until('it is noticed', () => a.members.size === 0);
    expect([...a.peerStats()]).toEqual([]);
  });

  it('is the time until answers came, of the calls that were answered', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({ clock, measureLatency: true }, { clock, measureLatency: true });
    const echo = await a.spawn('echo', { on: 'b' });
    const held = a.call(echo, 'hold', 1);
    await until('it is held', () => seen.length === 1);
    expect(only(a).callsPending).toBe(1);
    clock.advance(40);
    release[0]!();
    await held;
    const unanswered = failure(a.call(echo, 'hold', 2, { timeoutMs: 100 }));
    await until('the second is held', () => seen.length === 2);
    clock.advance(200);
    expect((await unanswered).code).toBe('call_timeout');
    const trips = only(a).roundTrips!;
    expect([total(trips), trips.sumMicros]).toEqual([1, 40_000]);
    expect(only(a).callsPending).toBe(0);
    const { remote, local } = new Map(b.node.latencies!.entries()).get('echo')!;
    expect([total(remote), remote.sumMicros, total(local)]).toEqual([1, 40_000, 0]);
    expect([...a.node.latencies!.entries()]).toEqual([]);
  });

  it('has no times where they are not measured', async () => {
    const { a, b } = await pair();
    await a.call(await a.spawn('echo', { on: 'b' }), 'echo', 1);
    expect(only(a).roundTrips).toBeUndefined();
    expect(b.node.latencies).toBeUndefined();
  });
});

describe('what is told of calls to other nodes', () => {
  it('is how each ended, once, those that never left too', async () => {
    const { a, b } = await pair({ maxPendingCalls: 1 });
    const echo = await a.spawn('echo', { on: 'b' });
    await a.call(echo, 'echo', 1);
    expect((await failure(a.call(echo, 'nothing'))).code).toBe('invalid_message');
    expect((await failure(a.call(echo, 'echo', () => {}))).code).toBe('serialization');
    const held = failure(a.call(echo, 'hold', 1));
    expect((await failure(a.call(echo, 'echo', 2))).code).toBe('overloaded');
    await until('it is held', () => seen.length === 1);
    network().partition(['a'], ['b']);
    expect((await held).code).toBe('node_down');
    expect((await failure(a.call(echo, 'echo', 3))).code).toBe('node_unreachable');
    expect(outcomes(a)).toEqual({
      ok: 1,
      invalid_message: 1,
      serialization: 1,
      overloaded: 1,
      node_down: 1,
      node_unreachable: 1,
    });
    expect(outcomes(b)).toEqual({ ok: 0 });
    // All but the one that found no way.
    expect(a.stats().callsSent).toBe(5);
  });

  it('is what was served to them', async () => {
    const { a, b } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    await a.call(echo, 'echo', 1);
    await failure(a.call(echo, 'nothing'));
    const held = a.call(echo, 'hold', 1);
    await until('it is held', () => seen.length === 1);
    expect(b.stats()).toMatchObject({ callsServing: 1, callsAnswered: 1, callsFailed: 1 });
    release[0]!();
    await held;
    expect(b.stats()).toMatchObject({ callsServing: 0, callsAnswered: 2, callsFailed: 1 });
  });

  it('is how many casts were sent, those without a way too', async () => {
    const { a } = await pair();
    const echo = await a.spawn('echo', { on: 'b' });
    a.cast(echo, 'note', 1);
    await a.castAsync(echo, 'note', 2);
    network().partition(['a'], ['b']);
    await until('it is noticed', () => a.members.size === 0);
    expect(a.cast(echo, 'note', 3)).toBe(false);
    expect([a.node.counters.remoteCasts, a.node.counters.localCasts]).toEqual([3, 0]);
  });
});

it('nodes that come up are counted, and those that come back as reconnects', async () => {
  const { a, b } = await pair();
  network().disconnect('a', 'b');
  await until('both are down', () => a.members.downs.get('connection_closed') === 1);
  await until('both are up again', () => a.members.size === 1 && b.members.size === 1);
  expect([a.members.ups, a.members.reconnects.count]).toEqual([2, 1]);
});

it('the ledger can be read before the node has left, and stays as it was in the end', async () => {
  const { a, b } = await pair();
  const echo = await a.spawn('echo', { on: 'b' });
  const held = a.call(echo, 'hold', 1);
  await until('it is held', () => seen.length === 1);
  expect(b.ledger).toBeUndefined();
  const draining = b.drain(60_000);
  await failure(a.call(echo, 'echo', 1));
  expect(b.ledger).toMatchObject({ callsCompleted: 0, callsRefused: 1, callsLost: 0, processesStopped: 0 });
  release[0]!();
  await held;
  await draining;
  expect(b.ledger).toMatchObject({ callsCompleted: 1, callsRefused: 1, callsLost: 0 });
  const unanswered = failure(b.call(await a.spawn('echo', { on: 'a' }), 'hold', 2));
  await until('the call of the node that leaves is held', () => seen.length === 2);
  expect(b.ledger!.ownCallsLost).toBe(0);
  const ledger = await b.stop(1_000);
  expect(ledger).toMatchObject({ processesStopped: 1, ownCallsLost: 1 });
  expect((await unanswered).code).toBe('node_down');
  expect(b.ledger).toEqual(ledger);
});
