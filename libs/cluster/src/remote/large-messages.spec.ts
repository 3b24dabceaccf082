import {
  InvalidOptionsError,
  MessageTooLargeError,
  NodeDownError,
  NodeUnreachableError,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import type { ClusterOptions } from '../cluster-options.js';
import { Cluster } from '../cluster.js';
import { failure, memoryCluster } from '../cluster.spec-support.js';
import { FrameKind } from '../wire/frame-kind.js';
import { slowWire } from './slow-wire.spec-support.js';

let seen: number[];
beforeEach(() => {
  seen = [];
});

const drivers = () => [
  plainDriver({
    name: 'sink',
    init: () => null,
    handleCall: { size: (bytes: Uint8Array) => [bytes.length, null] },
    handleCast: {
      take: (bytes: Uint8Array) => {
        seen.push(bytes.length);
        return null;
      },
    },
  }),
];

const LARGE = 50_000_000;
const MAX_MESSAGE_BYTES = 64 * 2 ** 20;
/** A heartbeat waits for what the transport has taken before, and for one frame. */
const QUEUE_BYTES = 2 ** 20;

describe('while 50 MB travel for ten seconds', () => {
  const bytesPerSecond = LARGE / 10;

  async function overSlowWire(options: Partial<ClusterOptions> = {}) {
    const clock = new VirtualClock(1_000_000);
    const beats: number[] = [];
    const downs: string[] = [];
    const onFrame = (to: string, frame: Uint8Array) => {
      if (to === 'b' && frame[4] === FrameKind.Heartbeat) beats.push(clock.now());
    };
    const { transport, cut } = slowWire({ clock, bytesPerSecond, maxQueuedBytes: QUEUE_BYTES, onFrame });
    const clusters = ['a', 'b'].map((nodeName) => {
      const maxMessageBytes = MAX_MESSAGE_BYTES;
      const cluster = new Cluster({ nodeName, transport: transport(), clock, maxMessageBytes, ...options });
      cluster.members.nodeDown.add((id, reason) => downs.push(`${id} ${reason}`));
      cluster.addBehavior(drivers()[0]!);
      return cluster;
    });
    const [a, b] = clusters as [Cluster, Cluster];
    for (const cluster of clusters) await cluster.start();
    await clock.advance(100);
    const spawned = a.spawn('sink', { on: 'b' });
    await clock.advance(100);
    return { a, b, clock, beats, downs, cut, sink: await spawned };
  }

  it('heartbeats pass it, nobody is taken for dead, and all that follows it keeps its order', async () => {
    const { a, b, clock, beats, downs, sink } = await overSlowWire();
    expect(a.cast(sink, 'take', Buffer.alloc(LARGE))).toBe(true);
    for (let n = 1; n <= 10; n++) expect(a.cast(sink, 'take', Buffer.alloc(n))).toBe(true);
    const from = clock.now();
    await clock.advance(9_000);
    expect(seen).toEqual([]);
    const during = beats.filter((at) => at > from);
    expect(during.length).toBeGreaterThanOrEqual(8);
    const delayMs = (QUEUE_BYTES / bytesPerSecond) * 1_000;
    for (const [i, at] of during.entries()) {
      expect(at - (during[i - 1] ?? from)).toBeLessThan(1_000 + 2 * delayMs);
    }
    await clock.advance(2_000);
    expect(seen).toEqual([LARGE, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(downs).toEqual([]);
    expect([a.members.size, b.members.size]).toEqual([1, 1]);
  });

  it('a call that is lost in the middle of it did not run, nor did those behind it; nothing stays behind', async () => {
    const { a, b, clock, sink, cut } = await overSlowWire();
    const sent = failure(a.call(sink, 'size', Buffer.alloc(10), { timeoutMs: 60_000 }));
    await new Promise(setImmediate);
    const large = failure(a.call(sink, 'size', Buffer.alloc(LARGE), { timeoutMs: 60_000 }));
    const behind = failure(a.call(sink, 'size', Buffer.alloc(10), { timeoutMs: 60_000 }));
    await new Promise(setImmediate);
    const received = b.members.get('a')!;
    cut();
    expect(await sent).toBeInstanceOf(NodeDownError);
    for (const error of [await large, await behind]) {
      expect(error).toBeInstanceOf(NodeUnreachableError);
      expect(error.outcome).toBe('not-run');
    }
    await clock.advance(20_000);
    expect([received.incoming.size, a.stats().callsPending, seen]).toEqual([0, 0, []]);
  });

  it('a part of it that has arrived is forgotten when the connection is lost', async () => {
    const { a, b, clock, sink, cut } = await overSlowWire();
    a.cast(sink, 'take', Buffer.alloc(LARGE));
    await clock.advance(5_000);
    const { incoming } = b.members.get('a')!;
    expect(incoming.size).toBeGreaterThan(LARGE / 3);
    expect(incoming.size).toBeLessThan(LARGE);
    cut();
    expect([incoming.size, a.node.drops.get('node_unreachable')]).toEqual([0, 1]);
  });

  it('a peer that sends more than this node takes loses its connection before it has sent it', async () => {
    const { a, b, clock, sink, downs } = await overSlowWire();
    const limits = b.members.get('a')!.incoming as unknown as { maxBytes: number };
    limits.maxBytes = LARGE - 1;
    a.cast(sink, 'take', Buffer.alloc(LARGE));
    await clock.advance(1_000);
    expect(downs.sort()).toEqual(['a connection_closed', 'b connection_closed']);
  });
});

describe('a transport with small frames', () => {
  const { network, pair } = memoryCluster(drivers);

  it.each([1024, 5_000, 200_000])(
    'carries large and small messages in order: %i bytes',
    async (maxFrameBytes) => {
      const options = () => ({ transport: network().transport({ maxFrameBytes }) });
      const { a } = await pair(options(), options());
      const sink = await a.spawn('sink', { on: 'b' });
      const sizes = [0, 300_000, 5, maxFrameBytes - 9, maxFrameBytes, 1, 1_000_000, 7];
      for (const size of sizes) expect(a.cast(sink, 'take', Buffer.alloc(size))).toBe(true);
      expect(await a.call(sink, 'size', Buffer.alloc(400_000))).toBe(400_000);
      expect(seen).toEqual(sizes);
    },
  );

  it('below what a frame needs is refused with an error that says so', () => {
    const transport = network().transport({ maxFrameBytes: 1023 });
    const create = () => new Cluster({ nodeName: 'a', transport });
    expect(create).toThrow(InvalidOptionsError);
    expect(create).toThrow('maxFrameBytes of the transport is 1023; it must be at least 1024');
  });

  it('does not bound messages: their limit is their own', async () => {
    const options = () => ({
      transport: network().transport({ maxFrameBytes: 1024 }),
      maxMessageBytes: 100_000,
    });
    const { a } = await pair(options(), options());
    const sink = await a.spawn('sink', { on: 'b' });
    expect(await a.call(sink, 'size', Buffer.alloc(99_000))).toBe(99_000);
    expect(await failure(a.call(sink, 'size', Buffer.alloc(100_000)))).toBeInstanceOf(MessageTooLargeError);
  });
});
