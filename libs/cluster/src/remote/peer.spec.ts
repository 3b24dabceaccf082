import {
  NodeDownError,
  NodeUnreachableError,
  OverloadedError,
  ProcessRef,
  silentLogger,
  type NodeDownReason,
  type PeerConnection,
} from '@noex/contracts';
import { LocalNode, plainDriver } from '@noex/runtime';
import type { Cluster } from '../cluster.js';
import { failure, memoryCluster, until } from '../cluster.spec-support.js';
import { FrameKind } from '../wire/frame-kind.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import type { PeerLimits } from './peer-limits.js';
import { Peer } from './peer.js';
import { Serving } from './serving.js';

let seen: unknown[];
beforeEach(() => {
  seen = [];
});

const drivers = () => [
  plainDriver({
    name: 'sink',
    init: () => null,
    handleCall: { echo: (payload) => [payload, null], make: (bytes: number) => [Buffer.alloc(bytes), null] },
    handleCast: {
      take: ([n]: [number, unknown]) => {
        seen.push(n);
        return null;
      },
    },
  }),
];

const { network, start, pair } = memoryCluster(drivers);

const MAX_FRAME = 1024 * 1024;

/** Two nodes with little room between them; `b` is where the work goes. */
async function narrow(socketBytes = MAX_FRAME, maxQueuedBytes = MAX_FRAME) {
  const options = () => ({
    transport: network().transport({ maxFrameBytes: MAX_FRAME, maxQueuedBytes: socketBytes }),
    maxQueuedBytes,
  });
  const { a, b } = await pair(options(), options());
  return { a, b, sink: await a.spawn('sink', { on: 'b' }) };
}

describe('a peer that does not read', () => {
  const filler = Buffer.alloc(20_000);

  /** Casts until one is refused; returns how many were taken. */
  async function fill(a: Cluster, sink: ProcessRef): Promise<number> {
    for (let n = 0; n < 1_000; n++) {
      if (!a.cast(sink, 'take', [n, filler])) return n;
      if (n % 10 === 9) await new Promise(setImmediate);
    }
    throw new Error('nothing was refused');
  }

  it('is not sent more than fits: casts say false, calls and spawns OverloadedError', async () => {
    const { a, sink } = await narrow();
    network().pause('b');
    const taken = await fill(a, sink);
    const waiting = taken * filler.length;
    // The transport's queue, the batch behind it, and one message that crosses the line.
    expect(waiting).toBeGreaterThan(MAX_FRAME);
    expect(waiting).toBeLessThan(3 * MAX_FRAME);
    expect(a.cast(sink, 'take', [-1, filler])).toBe(false);
    expect(a.send(sink, 'take', 1)).toBe(false);
    const call = await failure(a.call(sink, 'echo', 1));
    const spawn = await failure(a.spawn('sink', { on: 'b' }));
    expect([call.code, spawn.code]).toEqual(['overloaded', 'overloaded']);
    expect(call).toBeInstanceOf(OverloadedError);
    expect(a.node.drops.get('overloaded')).toBe(3);
    expect(a.stats().callsPending).toBe(0);
  });

  it('gets everything that was taken, in order, once it reads again', async () => {
    const { a, sink } = await narrow();
    for (let round = 0; round < 3; round++) {
      seen = [];
      network().pause('b');
      const taken = await fill(a, sink);
      network().resume('b');
      await until('everything has arrived', () => seen.length === taken);
      expect(seen).toEqual(Array.from({ length: taken }, (_, n) => n));
      expect(await a.call(sink, 'echo', round)).toBe(round);
    }
  });

  it('may be one of many: the others are not affected', async () => {
    const { a, sink } = await narrow();
    await start('c');
    await until('c is up', () => a.members.size === 2);
    const other = await a.spawn('sink', { on: 'c' });
    network().pause('b');
    await fill(a, sink);
    expect(await a.call(other, 'echo', 1)).toBe(1);
    expect(a.cast(other, 'take', ['c'])).toBe(true);
    await until('it has arrived', () => seen.length === 1);
  });

  it('what was never handed to the network is counted and known not to have run', async () => {
    const { a, sink } = await narrow(1);
    network().pause('b');
    // One frame is always taken, so this call may have arrived for all we know.
    const first = failure(a.call(sink, 'echo', 'first'));
    await new Promise(setImmediate);
    const second = failure(a.call(sink, 'echo', 'second'));
    const spawn = failure(a.spawn('sink', { on: 'b' }));
    expect(a.cast(sink, 'take', [1])).toBe(true);
    await new Promise(setImmediate);
    network().kill('b');
    expect(await first).toBeInstanceOf(NodeDownError);
    for (const error of [await second, await spawn]) {
      expect(error).toBeInstanceOf(NodeUnreachableError);
      expect(error.outcome).toBe('not-run');
    }
    expect(a.node.drops.get('node_unreachable')).toBe(1);
    expect(a.stats().callsPending).toBe(0);
  });
});

it('replies that add up to more than a frame while the caller does not read arrive in the end', async () => {
  const { a, sink } = await narrow(MAX_FRAME, 4 * MAX_FRAME);
  const calls = Array.from({ length: 40 }, () => a.call(sink, 'make', 100_000));
  network().pause('a');
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  network().resume('a');
  for (const reply of await Promise.all(calls)) expect((reply as Uint8Array).length).toBe(100_000);
});

describe('over a connection of the test', () => {
  class Connection implements PeerConnection {
    readonly features = new Set<string>();
    readonly peer = { id: 'b', incarnation: 1, address: 'b:1' };
    readonly queuedBytes = 0;
    readonly sent: Buffer[] = [];
    readonly closed: NodeDownReason[] = [];
    open = true;

    send(frame: Uint8Array): boolean {
      if (this.open) this.sent.push(Buffer.from(frame));
      return this.open;
    }

    close(reason: NodeDownReason): void {
      this.closed.push(reason);
    }
  }

  const LIMITS: PeerLimits = {
    maxMessageBytes: 2 ** 21,
    maxControlBytes: 2 ** 21,
    maxInboundBytes: 2 ** 22,
    maxFrameBytes: 2 ** 22,
    maxQueuedBytes: 2 ** 24,
    maxPendingCalls: 10,
  };

  function connect(warnings: string[] = []) {
    const logger = { ...silentLogger, warn: (line: string) => warnings.push(line) };
    const node = new LocalNode({ id: 'a', incarnation: 1, logger });
    const connection = new Connection();
    return { connection, node, peer: new Peer(node, connection, new Serving(), new PayloadCodec(), LIMITS) };
  }

  const waiting = (peer: Peer) => (peer as unknown as { outbox: { size: number } }).outbox.size;

  it('one tick is one frame, after the first few of the messages that somebody waits for', async () => {
    const { connection, peer } = connect();
    for (let i = 0; i < 50; i++) peer.reply(FrameKind.Reply, i, i);
    expect(connection.sent).toHaveLength(1);
    await new Promise(setImmediate);
    expect(connection.sent).toHaveLength(2);
  });

  it('a large batch does not wait for the end of the tick', () => {
    const { connection, peer } = connect();
    peer.reply(FrameKind.Reply, 1, Buffer.alloc(70_000));
    expect(connection.sent).toHaveLength(1);
  });

  it('a peer that reads slower than it asks gets no more replies than fit, and keeps its connection', () => {
    const { connection, peer } = connect();
    connection.open = false;
    const reply = Buffer.alloc(2 ** 20);
    peer.reply(FrameKind.Reply, 0, reply);
    peer.flush();
    const refused = Array.from({ length: 200 }, (_, i) => {
      try {
        peer.reply(FrameKind.Reply, i, reply);
        return undefined;
      } catch (error) {
        return error;
      }
    }).filter((error) => error !== undefined);
    expect(refused.length).toBeGreaterThan(150);
    for (const error of refused) expect(error).toBeInstanceOf(OverloadedError);
    expect(waiting(peer)).toBeLessThan(34 * 2 ** 20);
    expect(connection.closed).toEqual([]);
    connection.open = true;
    peer.unblock();
    peer.reply(FrameKind.Reply, 1, reply);
  });

  it('a peer that does not read at all is cut off: once, and nothing piles up behind', () => {
    const warnings: string[] = [];
    const { connection, peer } = connect(warnings);
    connection.open = false;
    const news = Buffer.alloc(2 ** 20);
    for (let i = 0; i < 200; i++) peer.control((writer) => writer.numbered(FrameKind.Down, i, news));
    expect(waiting(peer)).toBeLessThan(68 * 2 ** 20);
    expect(connection.closed).toEqual(['connection_closed']);
    expect(warnings).toHaveLength(1);
    peer.lost('connection_closed');
    expect(waiting(peer)).toBe(0);
  });

  it('what waited leaves in frames that the transport takes', () => {
    const { connection, peer } = connect();
    connection.open = false;
    for (let i = 0; i < 30; i++) peer.reply(FrameKind.Reply, i, Buffer.alloc(2 ** 20));
    connection.open = true;
    peer.unblock();
    expect(waiting(peer)).toBe(0);
    expect(connection.sent.length).toBeGreaterThan(7);
    for (const frame of connection.sent) expect(frame.length).toBeLessThanOrEqual(LIMITS.maxFrameBytes);
  });

  it('a transport that refuses again in between keeps the rest waiting', () => {
    const { connection, peer } = connect();
    connection.open = false;
    for (let i = 0; i < 30; i++) peer.reply(FrameKind.Reply, i, Buffer.alloc(2 ** 20));
    const send = connection.send.bind(connection);
    connection.open = true;
    connection.send = (frame) => {
      connection.open = connection.sent.length < 3;
      return send(frame);
    };
    peer.unblock();
    expect(connection.sent).toHaveLength(3);
    connection.send = send;
    connection.open = true;
    peer.unblock();
    const total = connection.sent.reduce((sum, frame) => sum + frame.length, 0);
    expect([waiting(peer), total]).toEqual([0, 30 * (2 ** 20 + 5 + 4 + 5)]);
  });

  it('a lost peer is told nothing more', async () => {
    const { connection, peer } = connect();
    peer.lost('connection_closed');
    peer.reply(FrameKind.Reply, 1, 1);
    peer.flush();
    await new Promise(setImmediate);
    expect([connection.sent, waiting(peer)]).toEqual([[], 0]);
  });
});
