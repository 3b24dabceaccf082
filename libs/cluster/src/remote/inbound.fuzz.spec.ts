import { deepStrictEqual, strictEqual } from 'node:assert';
import fc from 'fast-check';
import type { Cluster } from '../cluster.js';
import { CHUNK_HEADER_BYTES, FrameKind } from '../wire/frame-kind.js';
import type { FrameWriter } from '../wire/frame-writer.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import { answers, connect, listen, writer, type Connection } from './inbound.spec-support.js';

/** How many broken frames; FUZZ_FRAMES=1000000 is a longer run. */
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 20_000);
const TIMEOUT_MS = 10_000 + 10 * FRAMES;

/** Numbers that look random and are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const payloads: unknown[] = [
  undefined,
  { a: [1, 'two', { three: 3n }], constructor: { prototype: { polluted: 1 } } },
  JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  new Map<unknown, unknown>([[new Set([1]), new Date(5)]]),
  Object.assign(new TypeError('m', { cause: new Error('why') }), { code: 1 }),
  new AggregateError([new Error('one'), 2], 'some'),
  [Float64Array.of(1, 2), Buffer.from('abc'), /a+/g, -0, NaN, undefined, 2n ** 80n],
  [new DataView(new ArrayBuffer(3)), BigInt64Array.of(-1n), new Date(NaN), -(2n ** 4000n), 1.5],
  { behaviors: ['cart'], draining: true, peers: [{ id: 'x', incarnation: 1, address: 'x:1' }] },
  { args: { owner: 'eva' }, name: 'n' },
  'x'.repeat(300),
];

/** Kinds with a form of their own; every other one is a number or a payload, of which each gets both. */
const SHAPED: readonly number[] = [
  FrameKind.Name,
  FrameKind.Call,
  FrameKind.Cast,
  FrameKind.Info,
  FrameKind.Chunk,
];
const otherKinds = Object.values(FrameKind).filter((kind) => !SHAPED.includes(kind));

function messages(payload: unknown): ((to: FrameWriter) => void)[] {
  return [
    (to) => to.call(1, 5000, 1, 'echo', payload, 3, { h: 'x' }),
    (to) => to.message(FrameKind.Cast, 1, '__proto__', payload, undefined, undefined),
    (to) => to.message(FrameKind.Info, 2, 'tick', payload, 1, { t: '1' }),
    (to) => to.spawn(2, 5000, 'cart', payload),
    (to) => to.exit(1, payload),
    (to) => to.heartbeat(1, 2, { stamp: 3, heldFor: 4 }),
    (to) => to.aboutProcess(FrameKind.Spawned, 3, 4),
    (to) => to.aboutProcess(FrameKind.Monitor, 4, 1),
    ...otherKinds.flatMap((kind) => [
      (to: FrameWriter) => to.numbered(kind, 1, payload),
      (to: FrameWriter) => to.plain(kind, payload),
    ]),
  ];
}

/** Real frames: every kind, alone, together, and in chunks, with every sort of payload. */
function realFrames(): Buffer[] {
  const frames: Buffer[] = [];
  const send = (to: FrameWriter, maxBytes?: number) => {
    while (to.size > 0) {
      frames.push(Buffer.from(to.batch(maxBytes)));
      to.accept();
    }
  };
  for (const payload of payloads) {
    const all = writer();
    for (const write of messages(payload)) {
      const one = writer();
      write(one);
      write(all);
      send(one);
    }
    send(all);
    const chunked = writer();
    chunked.call(1, 5000, 1, 'echo', ['long'.repeat(20), payload], 3, { h: 'x' });
    send(chunked, CHUNK_HEADER_BYTES + 40);
  }
  return frames;
}

function broken(frame: Buffer, other: Buffer, below: (n: number) => number): Buffer {
  switch (below(9)) {
    case 0: // any bytes at all
      return Buffer.from(Array.from({ length: below(200) }, () => below(256)));
    case 1: // cut short
      return frame.subarray(0, below(frame.length));
    case 2: {
      // bytes in the middle missing
      const from = below(frame.length);
      return Buffer.concat([frame.subarray(0, from), frame.subarray(from + 1 + below(8))]);
    }
    case 3: // two frames mixed
      return Buffer.concat([frame.subarray(0, below(frame.length)), other]);
    case 4: {
      // a length that lies
      const at = below(Math.max(1, frame.length - 4));
      frame.writeUInt32BE([0xffff_ffff, 0x7fff_ffff, 0, 0x0100_0000, below(1000)][below(5)]!, at);
      return frame;
    }
    case 5: // another kind
      frame[4] = below(64);
      return frame;
    case 6: // as it was, in a place where nobody expects it
      return frame;
    default:
      for (let n = 1 + below(6); n > 0; n--) frame[below(frame.length)] = below(256);
      return frame;
  }
}

const builtIns = [
  Object,
  Array,
  Function,
  Map,
  Set,
  Error,
  Date,
  RegExp,
  String,
  Number,
  Promise,
  Uint8Array,
];
/** Everything that all objects inherit. */
const inherited = () => builtIns.map(({ prototype }) => Reflect.ownKeys(prototype as object).map(String));

const usedBytes = () => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** What a node holds for its peers. */
function held(cluster: Cluster) {
  const { monitorsActive, callsServing } = cluster.stats();
  return { monitorsActive, callsServing, peers: cluster.nodes().length };
}

describe('20,000 broken frames, or as many as FUZZ_FRAMES says', () => {
  it(
    'never throw, pollute nothing, take no memory, and cost only their own connection',
    async () => {
      const { cluster, warnings } = await listen();
      const good = connect(cluster, 'good');
      const empty = held(cluster);
      const before = { prototypes: inherited(), bytes: usedBytes() };
      const real = realFrames();
      const below = numbers(20_260_101);
      let bad = connect(cluster, 'bad');
      let closed = 0;
      let worst = 0;
      const lose = (peer: Connection) => cluster.host.peerDown(peer, peer.closed ?? 'connection_closed');
      for (let i = 0; i < FRAMES; i++) {
        cluster.host.frame(
          bad,
          broken(Buffer.from(real[below(real.length)]!), real[below(real.length)]!, below),
        );
        if (i % 100 === 0) {
          worst = Math.max(worst, usedBytes() - before.bytes);
          await new Promise(setImmediate);
          // What the test itself keeps: what the other peer hears, and what the log says.
          good.sent.length = warnings.length = 0;
        }
        if (bad.closed === undefined) continue;
        closed++;
        lose(bad);
        bad = connect(cluster, 'bad');
      }
      expect(closed).toBeGreaterThan(FRAMES / 4);
      expect(worst).toBeLessThan(400e6);
      expect(inherited()).toEqual(before.prototypes);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();

      lose(bad);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      expect(held(cluster)).toEqual(empty);
      // A process that its peer has taken outlives it; the others are undone.
      expect(cluster.stats().processes).toBeLessThan(FRAMES / 1_000);
      expect(good.closed).toBeUndefined();
      expect(await answers(cluster, good)).toBe(true);
      await cluster.stop(10);
    },
    TIMEOUT_MS,
  );
});

describe('bytes that are no payload', () => {
  const codec = new PayloadCodec();
  const encoded = payloads.slice(1).map((payload) => {
    const { buffer, start, end } = codec.encode(payload);
    return Buffer.from(buffer.subarray(start, end));
  });
  const change = fc.record({
    at: fc.nat(400),
    to: fc.oneof(fc.nat(255), fc.constantFrom(0xdd, 0xdf, 0xc9, 0xd4)),
  });
  const changed = fc
    .tuple(fc.constantFrom(...encoded), fc.array(change, { minLength: 1, maxLength: 8 }))
    .map(([bytes, changes]) => {
      const copy = Buffer.from(bytes);
      for (const { at, to } of changes) copy[at % copy.length] = to;
      return copy;
    });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((any) => Buffer.from(any)),
    changed,
  );

  it(
    'decode to data or to an error, take no memory, pollute nothing, and do not disturb what comes next',
    () => {
      const before = { prototypes: inherited(), bytes: usedBytes() };
      let worst = 0;
      let runs = 0;
      const property = fc.property(bytes, (some) => {
        try {
          codec.decode(some, 0, some.length);
        } catch (error) {
          // What the library throws is of another realm than the test.
          strictEqual(typeof (error as Error).message, 'string');
        }
        if (runs++ % 100 === 0) worst = Math.max(worst, usedBytes() - before.bytes);
        deepStrictEqual(codec.copy(['next', 1n]), ['next', 1n]);
      });
      fc.assert(property, { numRuns: FRAMES / 10 });
      expect(worst).toBeLessThan(400e6);
      expect(inherited()).toEqual(before.prototypes);
    },
    TIMEOUT_MS,
  );
});
