import { Canary } from './canary.js';
import { CanaryWorld } from './canary.spec-support.js';

let world: CanaryWorld;
beforeEach(() => void (world = new CanaryWorld()));
afterEach(() => {
  jest.restoreAllMocks();
  return world.close();
});

describe('the canaries of a node', () => {
  it('go to the node itself first, so that it needs no peer', async () => {
    const { canary } = await world.startSender('home');
    expect(canary.finding).toBeUndefined();
    expect(canary.outcomes).toEqual({ passed: 1, failed: 0, excused: 0 });
    await world.fly(canary, 3);
    expect(canary.outcomes).toEqual({ passed: 4, failed: 0, excused: 0 });
  });

  it('keep a node from being ready until the first one is back', async () => {
    const cluster = world.make('home');
    const canary = new Canary(cluster, { intervalMs: 1_000, timeoutMs: 200, failures: 3 });
    await canary.firstRound();
    const pending = { state: 'down', reason: 'the first canary is under way' };
    expect(canary.finding).toEqual(pending);
    const whenRunning: unknown[] = [];
    const forget = cluster.statusChange.add(() => whenRunning.push(canary.finding));
    await cluster.start();
    forget();
    expect(whenRunning).toEqual([pending]);
    await canary.firstRound();
    expect(canary.finding).toBeUndefined();
  });

  it('go to peers by the real route: spawn, call, stop, DOWN', async () => {
    const { cluster, canary } = await world.startSender('home');
    const peer = await world.startPeer('peer');
    const before = peer.node.startedCount;
    await world.fly(canary, 2);
    expect(peer.node.startedCount - before).toBe(2);
    expect(cluster.stats().callsSent).toBe(2);
    expect(world.canariesOn(peer)).toBe(0);
    expect(canary.lastPassedMs).toBeGreaterThan(0);
  });

  it('come at the interval, give or take a fifth', async () => {
    for (const [random, gapMs] of [
      [0, 800],
      [0.5, 1_000],
      [0.999, 1_199],
    ] as const) {
      const { canary, cluster } = await world.startSender(`home-${gapMs}`, {}, () => random);
      await world.fly(canary);
      const { passed } = canary.outcomes;
      await world.clock.advance(gapMs - 60);
      expect(canary.outcomes.passed).toBe(passed);
      await world.clock.advance(120);
      expect(canary.outcomes.passed).toBe(passed + 1);
      await cluster.drain(0);
    }
  });

  it('degrade a node at the first failure and make it not ready at the last, to the only peer', async () => {
    const { canary } = await world.startSender('home');
    await world.startPeer('peer', 'deaf');
    const states: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      await world.fly(canary);
      states.push(canary.finding?.state);
    }
    expect(states).toEqual(['degraded', 'degraded', 'down']);
    expect(canary.finding!.reason).toMatch(/^the last 3 canaries failed, the latest to node "peer": /);
    expect(world.canaryEvents()).toEqual(['canary_failed', 'canary_failed', 'canary_failed']);
  });

  it('leave a node ready that fails with one peer and passes with another, and name that peer', async () => {
    const { canary } = await world.startSender('home', {}, () => 0);
    await world.startPeer('bad', 'deaf');
    await world.startPeer('good');
    const states: unknown[] = [];
    for (let n = 0; n < 8; n++) {
      await world.fly(canary);
      states.push(canary.finding?.state);
    }
    expect(states).not.toContain('down');
    expect(canary.outcomes.failed).toBeGreaterThanOrEqual(3);
    expect([...canary.failingNodes.keys()]).toEqual(['bad']);
  });

  it('make a node not ready that fails with all of several peers', async () => {
    const { canary } = await world.startSender('home');
    await world.startPeer('one', 'deaf');
    await world.startPeer('two', 'immortal');
    await world.fly(canary, 3);
    expect(canary.finding?.state).toBe('down');
    expect([...canary.failingNodes.keys()].sort()).toEqual(['one', 'two']);
  });

  it('forgive everything at the first one that passes', async () => {
    const { canary, cluster } = await world.startSender('home');
    const bad = await world.startPeer('bad', 'deaf');
    await world.fly(canary, 3);
    expect(canary.finding?.state).toBe('down');
    await world.startPeer('good');
    await world.fly(canary);
    expect(canary.finding).toBeUndefined();
    expect(world.canaryEvents().at(-1)).toBe('canary_recovered');
    expect(cluster.members.get(bad.self.id)).toBeDefined();
  });

  it('show a node whose own processes do not get their turn, whatever its peers answer', async () => {
    const { canary, cluster } = await world.startSender('home');
    await world.startPeer('peer');
    // Stands for a scheduler that is stuck.
    jest
      .spyOn(cluster.host, 'spawn')
      .mockImplementation(() => Promise.reject(new Error('the scheduler is stuck')));
    await world.fly(canary, 3);
    expect(canary.finding).toEqual({
      state: 'down',
      reason: 'the last 3 canaries failed, the latest to this node itself: the scheduler is stuck',
    });
  });

  it('do not count against a node when a peer refuses: they go to another one, or home', async () => {
    const { canary } = await world.startSender('home', {}, () => 0);
    const leaving = await world.startPeer('leaving');
    const staying = await world.startPeer('staying');
    await world.start('older');
    void leaving.drain(60_000);
    await world.clock.advance(20);
    const before = staying.node.startedCount;
    await world.fly(canary, 2);
    expect(staying.node.startedCount - before).toBe(2);
    void staying.drain(60_000);
    await world.clock.advance(20);
    await world.fly(canary, 2);
    expect(canary.outcomes.failed).toBe(0);
    expect(canary.finding).toBeUndefined();
  });

  it('are forgotten of a peer that hung and turns out to be dead', async () => {
    const { canary } = await world.startSender('home', { intervalMs: 400 });
    await world.startPeer('peer');
    world.network.partition(['home'], ['peer'], { mode: 'blackhole' });
    await world.fly(canary, 1);
    expect([canary.finding?.state, [...canary.failingNodes.keys()]]).toEqual(['degraded', ['peer']]);
    const { failed } = canary.outcomes;
    while (world.nodeCount('home') > 1) await world.clock.advance(5);
    expect([canary.finding, canary.failingNodes.size]).toEqual([undefined, 0]);
    expect(canary.outcomes.failed).toBeGreaterThanOrEqual(failed);
  });

  it.each(['before', 'while'])('stop when the node leaves %s one is under way', async (when) => {
    const { canary, cluster } = await world.startSender('home');
    const peer = await world.startPeer('peer', 'deaf');
    while (when === 'while' && world.canariesOn(peer) === 0) await world.clock.advance(5);
    const [flown, started] = [{ ...canary.outcomes }, peer.node.startedCount];
    void cluster.drain(60_000);
    await world.clock.advance(10_000);
    expect(canary.outcomes).toEqual(flown);
    expect(peer.node.startedCount).toBe(started);
  });
});
