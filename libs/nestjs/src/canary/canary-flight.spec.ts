import { flyCanary } from './canary-flight.js';
import { CanaryWorld, type Trap } from './canary.spec-support.js';

const TIMEOUT_MS = 200;

let world: CanaryWorld;
beforeEach(() => void (world = new CanaryWorld()));
afterEach(() => world.close());

/** What becomes of one canary from a node `home` to `target`, once its time is over. */
async function fly(target: string, trap?: Trap) {
  const home = await world.start('home');
  const peer = await world.startPeer('peer', trap);
  const outcome = flyCanary(home, target, TIMEOUT_MS);
  await world.clock.advance(TIMEOUT_MS + 50);
  return { outcome: await outcome, home, peer };
}

describe('a canary', () => {
  it('passes where it is started, answered and stopped, and leaves no process and no timer', async () => {
    const home = await world.start('home');
    const peer = await world.startPeer('peer');
    const timers: number[] = [];
    for (let n = 0; n < 2; n++) {
      const flight = flyCanary(home, 'peer', TIMEOUT_MS);
      await world.clock.advance(20);
      expect(await flight).toEqual({ kind: 'passed' });
      timers.push(world.clock.pending);
    }
    expect([world.canariesOn(peer), home.stats().monitorsActive]).toEqual([0, 0]);
    expect(timers[1]).toBe(timers[0]);
  });

  it.each<[Trap, RegExp]>([
    ['broken', /no memory/],
    ['deaf', /ping/],
    ['liar', /answered something else instead of/],
    ['immortal', /no DOWN came within \d+ ms/],
  ])('fails within its time, says why and leaves nothing, on a node that is %s', async (trap, reason) => {
    const { outcome, peer } = await fly('peer', trap);
    expect(world.canariesOn(peer)).toBe(0);
    expect(outcome).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) as string });
  });

  it('is excused where there is no such node, or one that has no canaries', async () => {
    const home = await world.start('home');
    await world.start('older');
    expect(await flyCanary(home, 'nobody', TIMEOUT_MS)).toEqual({ kind: 'excused' });
    expect(await flyCanary(home, 'older', TIMEOUT_MS)).toEqual({ kind: 'excused' });
  });

  it('is excused where its node leaves or dies under it', async () => {
    const home = await world.start('home');
    for (const end of ['drain', 'cut'] as const) {
      const peer = await world.startPeer(end, 'deaf');
      const flight = flyCanary(home, end, TIMEOUT_MS);
      await world.clock.advance(20);
      expect(world.canariesOn(peer)).toBe(1);
      if (end === 'drain') void peer.drain(1_000);
      else world.network.partition(['home'], [end]);
      await world.clock.advance(TIMEOUT_MS);
      expect(await flight).toEqual({ kind: 'excused' });
      world.network.heal();
    }
  });
});

describe('the process of a canary', () => {
  it('ends by itself when whoever started it does not come back', async () => {
    const home = await world.start('home');
    const peer = await world.startPeer('peer');
    await peer.node.spawn('noex.canary', { args: { lifetimeMs: 1_000 } });
    await world.clock.advance(980);
    expect(world.canariesOn(peer)).toBe(1);
    await world.clock.advance(40);
    expect(world.canariesOn(peer)).toBe(0);
    expect(home.members.size).toBe(1);
  });
});
