import { DEFAULT_HEARTBEAT } from './heartbeat-options.js';
import { seeded } from './heartbeats.spec-support.js';
import type { LoopDelay } from './loop-delay.js';
import { beat, connectionOf, membersOf, type SteppingClock } from './members.spec-support.js';
import type { Peer } from '../remote/peer.js';

let clock: SteppingClock;
let members: ReturnType<typeof membersOf>['members'];
let connect: ReturnType<typeof membersOf>['connect'];
let events: string[];
let loop: { delayMs: number; running: boolean; resets: number };

beforeEach(() => {
  loop = { delayMs: 0, running: false, resets: 0 };
  const loopDelay: LoopDelay = {
    start: () => void (loop.running = true),
    stop: () => void (loop.running = false),
    worstMs: () => loop.delayMs,
    reset: () => void loop.resets++,
  };
  ({ clock, members, connect, events } = membersOf({}, loopDelay));
  members.startHeartbeats();
});

function up(id: string): Peer {
  const peer = connect(id);
  members.admit(peer);
  return peer;
}

const closed = (peer: Peer) => connectionOf(peer).closed;

/** What left for a peer since the last time. */
function sent(peer: Peer): string {
  peer.flush();
  return Buffer.concat(connectionOf(peer).sent.splice(0)).toString('hex');
}

/** Time in which the peer beats every second. */
function passWithBeats(peer: Peer, seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    beat(peer, clock.now());
  }
}

/** How long the peer is silent before it is accused. */
function silenceOf(peer: Peer): number {
  const from = clock.now();
  while (closed(peer).length === 0 && clock.now() - from < 120_000) clock.advance(10);
  return clock.now() - from;
}

describe('heartbeats', () => {
  it('tell load and time, at once and once per interval', () => {
    const peer = connect('b');
    expect(sent(peer)).toBe('00000009110000000300000000');
    members.admit(peer);
    for (const stamp of ['000f4240', '001e8480', '002dc6c0']) {
      clock.advance(999);
      expect(sent(peer)).toBe('');
      peer.heard = true;
      clock.advance(1);
      expect(sent(peer)).toBe(`000000091100000003${stamp}`);
    }
  });

  it('return the stamp of the other side with the time it was held, so that each knows the round trip', () => {
    const peer = up('b');
    clock.advance(250);
    peer.heard = true;
    sent(peer);
    peer.liveness!.beat(clock.now(), 0x01020304, undefined);
    clock.advance(750);
    // 750 ms are 0x000b71b0 microseconds.
    expect(sent(peer)).toBe('000000111100000003000f424001020304000b71b0');
    clock.advance(30);
    peer.liveness!.beat(clock.now(), 1, { stamp: 1_000_000, heldFor: 18_000 });
    expect(peer.liveness!.roundTrip.lastMs).toBe(12);
  });

  it('that stay out end the connection in time, and that of nobody else', () => {
    const [silent, alive] = [up('b'), up('c')];
    let after = 0;
    for (; closed(silent).length === 0 && after < 20_000; after += 100) {
      alive.heard = true;
      clock.advance(100);
    }
    expect(closed(silent)).toEqual(['heartbeat_timeout']);
    expect(after).toBeGreaterThan(2 * DEFAULT_HEARTBEAT.intervalMs);
    expect(after).toBeLessThanOrEqual(5000);
    expect(closed(alive)).toEqual([]);
  });

  it('are expected of a peer that never came up as well', () => {
    const peer = connect('b');
    clock.advance(5000);
    expect(closed(peer)).toEqual(['heartbeat_timeout']);
  });

  it('make a silent peer go down at once, however late its transport says so and whatever still comes from it', () => {
    const peer = up('b');
    clock.advance(5000);
    expect([events, members.at(peer.connection)]).toEqual([
      ['up b 1', 'down b heartbeat_timeout'],
      undefined,
    ]);
    beat(peer, clock.now());
    sent(peer);
    clock.advance(60_000);
    members.remove(peer.connection, 'connection_closed');
    expect([closed(peer), sent(peer), events.length]).toEqual([['heartbeat_timeout'], '', 2]);
  });

  it('that came regularly let a silence be found before the timeout', () => {
    const peer = up('b');
    passWithBeats(peer, 100);
    const bySuspicion = silenceOf(peer);
    ({ clock, members, connect } = membersOf({ phiThreshold: Infinity }));
    members.startHeartbeats();
    const other = up('b');
    passWithBeats(other, 100);
    const byTimeout = silenceOf(other);
    expect(bySuspicion).toBeGreaterThan(DEFAULT_HEARTBEAT.intervalMs + DEFAULT_HEARTBEAT.acceptablePauseMs);
    expect(bySuspicion).toBeLessThan(byTimeout);
    expect(byTimeout).toBeGreaterThanOrEqual(DEFAULT_HEARTBEAT.timeoutMs);
    expect(byTimeout).toBeLessThanOrEqual(DEFAULT_HEARTBEAT.timeoutMs + 500);
  });

  it('say how suspicious a silence is at any moment', () => {
    const peer = up('b');
    passWithBeats(peer, 100);
    expect(members.phi(peer)).toBe(0);
    clock.advance(1000);
    expect(members.phi(peer)).toBeLessThan(0.01);
    const rising: number[] = [];
    for (let i = 0; i < 9; i++) {
      clock.advance(320);
      rising.push(members.phi(peer));
    }
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    expect(rising.at(-1)).toBeGreaterThan(4);
    peer.heard = true;
    expect(members.phi(peer)).toBe(0);
  });

  it('of which only the regular ones count: a burst of frames does not make the first pause suspicious', () => {
    const [busy, idle] = [up('b'), up('c')];
    for (let second = 0; second < 200; second++) {
      for (let i = 0; i < 100; i++) {
        busy.heard = true;
        clock.advance(10);
      }
      beat(busy, clock.now());
      beat(idle, clock.now());
    }
    clock.advance(3800);
    expect([closed(busy), closed(idle)]).toEqual([[], []]);
    expect(members.phi(idle)).toBeGreaterThan(1);
    expect(members.phi(busy)).toBe(members.phi(idle));
  });

  it('that were held up and come together count as one', () => {
    const [regular, bursts] = [up('b'), up('c')];
    for (let second = 1; second <= 100; second++) {
      clock.advance(1000);
      beat(regular, clock.now());
      for (let i = 0; i < 20; i++) beat(bursts, clock.now());
    }
    clock.advance(3800);
    expect(members.phi(regular)).toBeGreaterThan(1);
    expect(members.phi(bursts)).toBe(members.phi(regular));
  });

  it('end when the node leaves', () => {
    expect([clock.pending, loop.running]).toEqual([1, true]);
    members.stopHeartbeats();
    expect([clock.pending, loop.running]).toEqual([0, false]);
  });
});

describe('a node that hung itself', () => {
  it('accuses nobody, and still finds who is silent afterwards', () => {
    const peer = up('b');
    clock.advance(1000);
    clock.stall(60_000);
    expect(closed(peer)).toEqual([]);
    clock.advance(1500);
    expect(closed(peer)).toEqual([]);
    clock.advance(5000);
    expect(closed(peer)).toEqual(['heartbeat_timeout']);
  });

  it('again and again accuses nobody who is heard in between', () => {
    const peer = up('b');
    for (let i = 0; i < 20; i++) {
      clock.stall(3000);
      peer.heard = true;
      clock.advance(500);
    }
    expect(closed(peer)).toEqual([]);
  });

  it('accuses nobody, in whatever rhythm it hangs and whatever comes first afterwards', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seeded(seed);
      const peer = up(`peer${seed}`);
      let behind = 0;
      for (let i = 0; i < 60; i++) {
        const hung = random() * 4000;
        behind += hung;
        const first = random() < 0.5;
        // Frames that came meanwhile are handled before the look that is late, or after it.
        if (first) beat(peer, clock.now());
        clock.stall(hung);
        if (!first) beat(peer, clock.now());
        clock.advance(random() * 600);
      }
      expect([seed, closed(peer), behind > 0]).toEqual([seed, [], true]);
      members.remove(peer.connection, 'connection_closed');
    }
  });

  it('learns nothing about its peers from that time', () => {
    const peer = up('b');
    passWithBeats(peer, 110);
    const before = phiAfter(peer, 3550);
    expect(before).toBeGreaterThan(1);
    clock.stall(3500);
    for (let i = 0; i < 3; i++) beat(peer, clock.now());
    passWithBeats(peer, 1);
    expect(phiAfter(peer, 3550)).toBeCloseTo(before, 6);
  });

  function phiAfter(peer: Peer, silenceMs: number): number {
    clock.advance(250);
    return peer.liveness!.phi(silenceMs);
  }
});

describe('a node whose own event loop runs late', () => {
  it('grants more silence, the later the more', () => {
    const found = [0, 300, 500, 5000].map((delayMs) => {
      loop.delayMs = delayMs;
      const peer = up(`b${delayMs}`);
      passWithBeats(peer, 100);
      const silence = silenceOf(peer);
      members.remove(peer.connection, 'heartbeat_timeout');
      return silence;
    });
    expect(found[0]).toBeLessThan(4500);
    expect(found[1]).toBeGreaterThan(5 * found[0]!);
    expect(found[2]).toBeGreaterThanOrEqual(found[1]!);
    expect(found[3]).toBeLessThanOrEqual(8 * 4500);
  });

  it('with delays of 500 ms accuses nobody whose frames need many turns to get through', () => {
    const peer = up('b');
    passWithBeats(peer, 100);
    loop.delayMs = 500;
    for (let turn = 0; turn < 200; turn++) {
      clock.stall(500);
      // A backlog of ten turns: five seconds in which nothing is heard.
      if (turn % 10 === 9) beat(peer, clock.now());
    }
    expect(closed(peer)).toEqual([]);
  });

  it('finds who is silent soon after it has recovered', () => {
    const peer = up('b');
    passWithBeats(peer, 100);
    loop.delayMs = 5000;
    clock.advance(6000);
    expect(closed(peer)).toEqual([]);
    loop.delayMs = 0;
    clock.advance(2000);
    expect(closed(peer)).toEqual(['heartbeat_timeout']);
  });

  it('forgets a delay once it was counted, and only then', () => {
    clock.advance(1000);
    loop.delayMs = 200;
    clock.advance(1000);
    expect(loop.resets).toBe(0);
    loop.delayMs = 300;
    clock.advance(250);
    expect(loop.resets).toBe(1);
  });
});
