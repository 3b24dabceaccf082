import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import { MessageTooLargeError, SerializationError } from '@noex/contracts';
import { FrameKind, HAS_HEADERS, HAS_SENDER, HEADER_BYTES, MAX_BOUND_NAMES } from './frame-kind.js';
import { FrameReader } from './frame-reader.js';
import { FrameWriter } from './frame-writer.js';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();
const MAX = 64 * 1024;

/** A message as its fields, in the order in which they are read. */
type Fields = readonly unknown[];

/** Reads batches one after the other, as the other end of a connection does; Name messages are left out. */
class Receiver {
  private readonly reader = new FrameReader(codec);

  read(batch: Uint8Array): Fields[] {
    const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    const messages: Fields[] = [];
    for (let at = 0; at < batch.length;) {
      const end = at + 4 + view.getUint32(at);
      this.reader.open(batch, at + HEADER_BYTES, end);
      const kind = batch[at + 4]!;
      if (kind === FrameKind.Name) this.reader.bindName();
      else messages.push([kind, ...this.fields(kind)]);
      at = end;
    }
    return messages;
  }

  private fields(kind: number): Fields {
    const { reader } = this;
    switch (kind) {
      case FrameKind.Call:
        return [reader.u32(), reader.u32(), reader.u48(), reader.name(), ...this.rest()];
      case FrameKind.Cast:
      case FrameKind.Info:
        return [reader.u48(), reader.name(), ...this.rest()];
      case FrameKind.Spawn:
        return [reader.u32(), reader.u32(), reader.name(), reader.payload()];
      case FrameKind.Spawned:
      case FrameKind.Monitor:
        return [reader.u32(), reader.u48()];
      case FrameKind.Exit:
        return [reader.u48(), reader.payload()];
      case FrameKind.Announce:
      case FrameKind.Goodbye:
        return [reader.payload()];
      default:
        return [reader.u32(), reader.payload()];
    }
  }

  private rest(): Fields {
    const options = this.reader.u8();
    const sender = options & HAS_SENDER ? this.reader.u48() : undefined;
    const headers = options & HAS_HEADERS ? this.reader.sizedPayload() : undefined;
    return [sender, headers, this.reader.payload()];
  }
}

const writer = (maxMessageBytes = MAX) => new FrameWriter(codec, maxMessageBytes);
const cast = (to: FrameWriter, name: string, payload?: unknown, headers?: unknown) =>
  to.message(FrameKind.Cast, 1, name, payload, undefined, headers);

const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
);
const u48 = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffff_ffff_ffffn }).map(Number),
  fc.constantFrom(0, 0xffff_ffff, 0x1_0000_0000, 0xffff_ffff_ffff),
);
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('', '__proto__', 'constructor', 'add', 'add', 'n'.repeat(10_000), 'é'.repeat(3_000)),
);
const payload = fc.oneof(
  fc.constant(undefined),
  fc
    .jsonValue({ noUnicodeString: false } as never)
    .filter((value) => !JSON.stringify(value).includes('__proto__')),
  fc.uint8Array({ maxLength: 5_000 }),
);
const headers = fc.option(
  fc.dictionary(fc.string({ maxLength: 5 }), fc.string(), { noNullPrototype: true, maxKeys: 3 }),
  {
    nil: undefined,
  },
);
const sender = fc.option(u48, { nil: undefined });
const numberedKind = fc.constantFrom(
  FrameKind.Reply,
  FrameKind.Failed,
  FrameKind.Threw,
  FrameKind.SpawnFailed,
  FrameKind.SpawnTaken,
  FrameKind.SpawnUndo,
  FrameKind.Demonitor,
  FrameKind.Down,
  FrameKind.Heartbeat,
);

/** One message of any kind: how it is written, and what has to be read. */
const message: fc.Arbitrary<readonly [write: (to: FrameWriter) => void, fields: Fields]> = fc.oneof(
  fc
    .tuple(u32, u32, u48, name, sender, headers, payload)
    .map(
      ([call, timeoutMs, process, method, from, head, body]) =>
        [
          (to: FrameWriter) => to.call(call, timeoutMs, process, method, body, from, head),
          [FrameKind.Call, call, timeoutMs, process, method, from, head, body],
        ] as const,
    ),
  fc
    .tuple(fc.constantFrom(FrameKind.Cast, FrameKind.Info), u48, name, sender, headers, payload)
    .map(
      ([kind, process, method, from, head, body]) =>
        [
          (to: FrameWriter) => to.message(kind, process, method, body, from, head),
          [kind, process, method, from, head, body],
        ] as const,
    ),
  fc
    .tuple(u32, u32, name, payload)
    .map(
      ([spawn, timeoutMs, behavior, body]) =>
        [
          (to: FrameWriter) => to.spawn(spawn, timeoutMs, behavior, body),
          [FrameKind.Spawn, spawn, timeoutMs, behavior, body],
        ] as const,
    ),
  fc
    .tuple(numberedKind, u32, payload)
    .map(
      ([kind, number, body]) =>
        [(to: FrameWriter) => to.numbered(kind, number, body), [kind, number, body]] as const,
    ),
  fc
    .tuple(fc.constantFrom(FrameKind.Spawned, FrameKind.Monitor), u32, u48)
    .map(
      ([kind, number, process]) =>
        [(to: FrameWriter) => to.aboutProcess(kind, number, process), [kind, number, process]] as const,
    ),
  fc
    .tuple(u48, payload)
    .map(
      ([process, body]) =>
        [(to: FrameWriter) => to.exit(process, body), [FrameKind.Exit, process, body]] as const,
    ),
  fc
    .tuple(fc.constantFrom(FrameKind.Announce, FrameKind.Goodbye), payload)
    .map(([kind, body]) => [(to: FrameWriter) => to.plain(kind, body), [kind, body]] as const),
);

it('is read back message by message, whatever the kinds and wherever the batches end', () => {
  fc.assert(
    fc.property(fc.array(fc.array(message, { maxLength: 12 }), { maxLength: 4 }), (batches) => {
      const to = writer();
      const receiver = new Receiver();
      for (const batch of batches) {
        for (const [write] of batch) write(to);
        const read = receiver.read(Uint8Array.from(to.batch()));
        to.clear();
        deepStrictEqual(
          read,
          batch.map(([, fields]) => fields),
        );
      }
    }),
    { numRuns: 300 },
  );
});

describe('a message that cannot be written', () => {
  const unsendable = { f: () => {} };
  const tooLarge = Buffer.alloc(MAX + 1);
  const attempts: [string, (to: FrameWriter, bad: unknown) => void][] = [
    ['a call', (to, bad) => to.call(1, 2, 3, 'known', bad, 4, undefined)],
    ["a call's headers", (to, bad) => to.call(1, 2, 3, 'known', 'x', 4, bad)],
    ['a cast', (to, bad) => cast(to, 'known', bad)],
    ["a cast's headers", (to, bad) => cast(to, 'known', 'x', bad)],
    ['a spawn', (to, bad) => to.spawn(1, 2, 'known', bad)],
    ['a reply', (to, bad) => to.numbered(FrameKind.Reply, 1, bad)],
    ['an exit', (to, bad) => to.exit(1, bad)],
    ['an announcement', (to, bad) => to.plain(FrameKind.Announce, bad)],
  ];

  it.each(attempts)('leaves the batch as it was: %s', (_, attempt) => {
    const to = writer();
    cast(to, 'known', 1);
    const before = Buffer.from(to.batch());
    expect(() => attempt(to, unsendable)).toThrow(SerializationError);
    expect(() => attempt(to, tooLarge)).toThrow(MessageTooLargeError);
    expect(to.batch().equals(before)).toBe(true);
    cast(to, 'known', 2);
    expect(new Receiver().read(to.batch()).map((fields) => fields.at(-1))).toEqual([1, 2]);
  });

  it('binds its name nevertheless, so that both ends count alike', () => {
    const to = writer();
    const receiver = new Receiver();
    expect(() => cast(to, 'first', unsendable)).toThrow(SerializationError);
    cast(to, 'second');
    cast(to, 'first');
    const names = receiver.read(to.batch()).map((fields) => fields[2]);
    expect(names).toEqual(['second', 'first']);
  });

  it('may be one whose getter sends something itself', () => {
    const to = writer();
    cast(to, 'known', 1);
    const nested = {
      get value() {
        cast(to, 'other', 'nested');
        return 1;
      },
    };
    expect(() => cast(to, 'known', nested)).toThrow(SerializationError);
    cast(to, 'other', 2);
    expect(new Receiver().read(to.batch()).map((fields) => [fields[2], fields.at(-1)])).toEqual([
      ['known', 1],
      ['other', 2],
    ]);
  });

  it('counts headers and payload together', () => {
    const to = writer();
    const half = Buffer.alloc(MAX * 0.6);
    cast(to, 'm', half);
    cast(to, 'm', 1, { half });
    expect(() => cast(to, 'm', half, { half })).toThrow(MessageTooLargeError);
    expect(new Receiver().read(to.batch())).toHaveLength(2);
  });
});

describe('the largest message', () => {
  const payloadBytes = (payload: unknown) => {
    const { start, end } = codec.encode(payload);
    return end - start;
  };

  it('is taken, and one byte more is not', () => {
    const largest = Buffer.alloc(MAX - payloadBytes(Buffer.alloc(0)) - 3);
    const size = payloadBytes(largest);
    const fits = writer(size);
    cast(fits, 'm', largest);
    expect(new Receiver().read(fits.batch())).toHaveLength(1);
    expect(() => cast(writer(size - 1), 'm', largest)).toThrow(MessageTooLargeError);
  });
});

describe('names', () => {
  const sizeOf = (write: () => void, to: FrameWriter) => {
    const before = to.size;
    write();
    return to.size - before;
  };

  it('travel once', () => {
    const to = writer();
    const first = sizeOf(() => cast(to, 'a-rather-long-name'), to);
    const second = sizeOf(() => cast(to, 'a-rather-long-name'), to);
    expect(first - second).toBe(HEADER_BYTES + 2 + 'a-rather-long-name'.length);
  });

  it('of any form arrive: also after the table is full', () => {
    const to = writer();
    const receiver = new Receiver();
    const odd = ['', '__proto__', 'constructor', 'toString', 'é😀', ' ', 'x'.repeat(10_000)];
    const many = Array.from({ length: MAX_BOUND_NAMES + 50 }, (_, i) => `name-${i}`);
    const late = odd.map((text) => `${text}!`);
    for (const text of [...odd, ...many, ...late, ...odd, ...many]) {
      cast(to, text);
      const [fields] = receiver.read(to.batch());
      to.clear();
      expect(fields![2]).toBe(text);
    }
  });

  it('are bounded: 64 KiB at most, and only short ones are kept', () => {
    const to = writer(1e6);
    const text = 'é'.repeat(0xffff / 2);
    cast(to, text);
    const inline = sizeOf(() => cast(to, text), to);
    expect(inline).toBeGreaterThan(0xfff0);
    expect(() => cast(to, `${text}éé`)).toThrow(MessageTooLargeError);
    expect(() => to.spawn(1, 1, `${text}éé`, undefined)).toThrow(MessageTooLargeError);
    expect(new Receiver().read(to.batch()).map((fields) => fields[2])).toEqual([text, text]);
  });
});

it('gives a large buffer back once it was sent', () => {
  const to = new FrameWriter(codec, 8e6);
  cast(to, 'm', Buffer.alloc(4e6));
  const large = to.batch().buffer.byteLength;
  to.clear();
  expect(to.size).toBe(0);
  expect(to.batch().buffer.byteLength).toBeLessThan(large / 10);
});

it('a process number that no node gives out never becomes that of another process', () => {
  const to = writer();
  for (const process of [2 ** 48 + 5, -1, NaN, 1.5, Infinity])
    to.call(1, 1, process, 'm', undefined, undefined, {});
  expect(new Receiver().read(to.batch()).map((fields) => fields[3])).toEqual([0, 0, 0, 0, 0]);
});

describe('batches that fit into a frame of the transport', () => {
  it('hold whole messages, in order, and lose none', () => {
    const to = writer();
    const receiver = new Receiver();
    const sent = Array.from({ length: 200 }, (_, i) => [i, 'x'.repeat((i * 37) % 900)]);
    for (const payload of sent) cast(to, 'm', payload);
    const read: unknown[] = [];
    for (let frames = 0; to.size > 0; frames++) {
      expect(frames).toBeLessThan(200);
      const frame = Uint8Array.from(to.batch(1_000));
      expect(frame.length).toBeLessThanOrEqual(1_000);
      read.push(...receiver.read(frame).map((fields) => fields.at(-1)));
      to.accept();
    }
    expect(read).toEqual(sent);
  });
});
