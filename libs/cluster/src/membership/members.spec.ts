import { silentLogger, type Clock, type NodeDownReason, type PeerConnection } from '@noex/contracts';
import { LocalNode } from '@noex/runtime';
import { Peer } from '../remote/peer.js';
import { Serving } from '../remote/serving.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import { Members } from './members.js';

class ManualClock implements Clock {
  private time = 0;
  private readonly timers = new Map<symbol, { at: number; callback: () => void }>();

  now = () => this.time;

  setTimeout(callback: () => void, delayMs: number): symbol {
    const handle = Symbol();
    this.timers.set(handle, { at: this.time + delayMs, callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as symbol);
  }

  get pending(): number {
    return this.timers.size;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (let due = this.next(end); due; due = this.next(end)) {
      this.time = due.at;
      due.fire();
    }
    this.time = end;
  }

  /** The event loop hangs: what was due in between comes late, all at once. */
  stall(ms: number): void {
    this.time += ms;
    for (let due = this.next(this.time); due; due = this.next(this.time)) due.fire();
  }

  private next(end: number) {
    const [first] = [...this.timers].sort(([, a], [, b]) => a.at - b.at);
    if (!first || first[1].at > end) return undefined;
    const [handle, { at, callback }] = first;
    return {
      at,
      fire: () => {
        this.timers.delete(handle);
        callback();
      },
    };
  }
}

class Connection implements PeerConnection {
  readonly queuedBytes = 0;
  readonly closed: NodeDownReason[] = [];

  constructor(readonly peer: PeerConnection['peer']) {}

  send(): boolean {
    return true;
  }

  close(reason: NodeDownReason): void {
    this.closed.push(reason);
  }
}

const HEARTBEAT = { intervalMs: 1000, timeoutMs: 4000 };

let clock: ManualClock;
let members: Members;
let events: string[];
let codec: PayloadCodec;
let node: LocalNode;

beforeEach(() => {
  clock = new ManualClock();
  node = new LocalNode({ id: 'self', incarnation: 1, clock });
  codec = new PayloadCodec();
  members = new Members(clock, silentLogger, HEARTBEAT, () => 3);
  events = [];
  members.nodeUp.add(({ id, incarnation }) => events.push(`up ${id} ${incarnation}`));
  members.nodeDown.add((id, reason) => events.push(`down ${id} ${reason}`));
});

function connect(id: string, incarnation = 1): Peer {
  const connection = new Connection({ id, incarnation, address: `${id}:1` });
  const limits = { maxMessageBytes: 1e6, maxFrameBytes: 2e6, maxControlBytes: 1e6, maxPendingCalls: 10 };
  const peer = new Peer(node, connection, new Serving(), codec, limits);
  members.join(peer);
  return peer;
}

const closed = (peer: Peer) => (peer.connection as Connection).closed;

describe('a connected peer', () => {
  it('is up once it has said what it can do, and only once', () => {
    const peer = connect('b');
    expect([members.size, members.get('b'), events]).toEqual([0, undefined, []]);
    expect(members.at(peer.connection)).toBe(peer);
    members.admit(peer);
    members.admit(peer);
    expect(events).toEqual(['up b 1']);
    expect(members.get('b')).toBe(peer);
    expect([...members.values()]).toEqual([peer]);
  });

  it('that is lost before it was up was never there', () => {
    const peer = connect('b');
    members.remove(peer.connection, 'connection_closed');
    members.admit(peer);
    expect(events).toEqual([]);
    expect([members.size, members.at(peer.connection), peer.up]).toEqual([0, undefined, false]);
    expect([...members.downs.entries()]).toEqual([]);
  });

  it('goes down once in each life', () => {
    const first = connect('b', 1);
    members.admit(first);
    members.remove(first.connection, 'connection_closed');
    members.remove(first.connection, 'heartbeat_timeout');
    const second = connect('b', 2);
    members.admit(second);
    members.remove(first.connection, 'connection_closed');
    expect(members.get('b')).toBe(second);
    members.remove(second.connection, 'graceful_shutdown');
    expect(events).toEqual(['up b 1', 'down b connection_closed', 'up b 2', 'down b graceful_shutdown']);
    expect([...members.downs.entries()]).toEqual([
      ['connection_closed', 1],
      ['graceful_shutdown', 1],
    ]);
  });

  it('is already gone when listeners hear that it is down', () => {
    const peer = connect('b');
    members.admit(peer);
    const seen: unknown[] = [];
    members.nodeDown.add((id) => seen.push(members.get(id), peer.up));
    members.remove(peer.connection, 'connection_closed');
    expect(seen).toEqual([undefined, false]);
  });
});

it('a listener that throws keeps nobody else from hearing', () => {
  const heard: string[] = [];
  members.nodeUp.add(() => {
    throw new Error('listener');
  });
  members.nodeUp.add(({ id }) => heard.push(id));
  const peer = connect('b');
  members.admit(peer);
  expect(heard).toEqual(['b']);
});

it('when this node leaves, everything ends and nobody is told that others went down', () => {
  const up = connect('b');
  members.admit(up);
  const joining = connect('c');
  members.clear();
  expect([up.up, joining.up, members.size, events]).toEqual([false, false, 0, ['up b 1']]);
});

describe('heartbeats', () => {
  const sent = (peer: Peer) => {
    const frames: Uint8Array[] = [];
    (peer.connection as Connection).send = (...args: unknown[]) => {
      frames.push(Uint8Array.from(args[0] as Uint8Array));
      return true;
    };
    peer.flush();
    return Buffer.concat(frames).toString('hex');
  };
  const BEAT = '000000051100000003';

  it('tell the load, at once and once per interval', () => {
    members.startHeartbeats();
    const peer = connect('b');
    expect(sent(peer)).toBe(BEAT);
    members.admit(peer);
    for (let second = 0; second < 3; second++) {
      peer.heard = true;
      clock.advance(1000);
      expect(sent(peer)).toBe(BEAT);
    }
  });

  it('that stay out end the connection in time, and that of nobody else', () => {
    members.startHeartbeats();
    const [silent, alive] = [connect('b'), connect('c')];
    members.admit(silent);
    members.admit(alive);
    let after = 0;
    for (; closed(silent).length === 0 && after < 20_000; after += 100) {
      alive.heard = true;
      clock.advance(100);
    }
    expect(closed(silent)[0]).toBe('heartbeat_timeout');
    expect(after).toBeGreaterThanOrEqual(HEARTBEAT.timeoutMs);
    expect(after).toBeLessThanOrEqual(5000);
    expect(closed(alive)).toEqual([]);
  });

  it('are expected of a peer that never came up as well', () => {
    members.startHeartbeats();
    const peer = connect('b');
    clock.advance(5000);
    expect(closed(peer)[0]).toBe('heartbeat_timeout');
  });

  it('a node that hung itself accuses nobody, and still finds who is silent afterwards', () => {
    members.startHeartbeats();
    const peer = connect('b');
    members.admit(peer);
    clock.advance(1000);
    clock.stall(60_000);
    expect(closed(peer)).toEqual([]);
    clock.advance(1500);
    expect(closed(peer)).toEqual([]);
    clock.advance(4000);
    expect(closed(peer)[0]).toBe('heartbeat_timeout');
  });

  it('short hangs one after the other accuse nobody who is heard in between', () => {
    members.startHeartbeats();
    const peer = connect('b');
    members.admit(peer);
    for (let i = 0; i < 20; i++) {
      clock.stall(3000);
      peer.heard = true;
      clock.advance(500);
    }
    expect(closed(peer)).toEqual([]);
  });

  it('end when the node leaves', () => {
    members.startHeartbeats();
    expect(clock.pending).toBe(1);
    members.stopHeartbeats();
    expect(clock.pending).toBe(0);
  });
});
