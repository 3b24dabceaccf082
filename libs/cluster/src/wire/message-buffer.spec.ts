import fc from 'fast-check';
import { ChunkAssembler } from './chunk-assembler.js';
import { CHUNK_HEADER_BYTES, FrameKind, HEADER_BYTES } from './frame-kind.js';
import { FrameWriter } from './frame-writer.js';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();
const writer = () => new FrameWriter(codec, 2 ** 24);

/** Puts frames together again, as the other end of a connection does. */
class Receiver {
  readonly messages: { kind: number; number: number; bytes: number }[] = [];
  private readonly assembler = new ChunkAssembler(2 ** 25);

  read(frame: Uint8Array): void {
    const bytes = Buffer.from(frame);
    for (let at = 0; at < bytes.length;) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (bytes[at + 4] === FrameKind.Chunk) {
        const whole = this.assembler.add(
          bytes.readUInt32BE(at + HEADER_BYTES),
          bytes.subarray(at + CHUNK_HEADER_BYTES, end),
        );
        if (whole) this.take(whole);
      } else this.take(bytes.subarray(at, end));
      at = end;
    }
  }

  private take(message: Buffer): void {
    expect(message.readUInt32BE()).toBe(message.length - 4);
    this.messages.push({
      kind: message[4]!,
      number: message.readUInt32BE(HEADER_BYTES),
      bytes: message.length,
    });
  }
}

/** Write a message with a payload of so many bytes, or let one frame leave. */
const step = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constant('send' as const));

it('all that is written leaves once, in order, in frames that fit, whatever is written in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 16, max: 4_000 }), (steps, maxBytes) => {
      const to = writer();
      const receiver = new Receiver();
      let written = 0;
      const sizes: number[] = [];
      const send = () => {
        const frame = to.batch(maxBytes);
        expect(frame.length).toBeLessThanOrEqual(maxBytes);
        receiver.read(frame);
        to.accept();
      };
      for (const next of steps) {
        if (next === 'send') {
          if (to.size > 0) send();
        } else {
          const before = to.size;
          to.numbered(FrameKind.Reply, written++, Buffer.alloc(next, written));
          sizes.push(to.size - before);
        }
        // Exactly those wait of which the last byte has not left.
        const waiting = [...to.messages()].map(({ number }) => number);
        expect([...receiver.messages.map(({ number }) => number), ...waiting]).toEqual([...sizes.keys()]);
      }
      while (to.size > 0) send();
      expect(receiver.messages).toEqual(
        sizes.map((bytes, number) => ({ kind: FrameKind.Reply, number, bytes })),
      );
      expect(to.passed).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
    }),
    { numRuns: 300 },
  );
});

it('a frame that was not accepted comes again as it was', () => {
  const to = writer();
  to.numbered(FrameKind.Reply, 1, Buffer.alloc(500, 7));
  for (let n = 0; n < 3; n++) {
    const once = Buffer.from(to.batch(100));
    expect(to.batch(100).equals(once)).toBe(true);
    to.accept();
  }
});

it('holds a large message once, and what follows it, while it leaves; then gives the memory back', () => {
  const to = writer();
  const large = 8 * 2 ** 20;
  to.numbered(FrameKind.Reply, 1, Buffer.alloc(large));
  let most = 0;
  for (let n = 0; to.size > 0; n++) {
    // As much comes behind it as leaves, five times over: what has left makes room for it.
    if (n < 700) to.numbered(FrameKind.Reply, n, Buffer.alloc(60_000));
    most = Math.max(most, to.batch(64 * 1024).buffer.byteLength);
    to.accept();
  }
  expect(most).toBeLessThan(2.1 * large);
  expect(to.batch().buffer.byteLength).toBeLessThan(100_000);
});

it('what is cleared in the middle of a message leaves nothing behind', () => {
  const to = writer();
  to.numbered(FrameKind.Reply, 1, Buffer.alloc(500));
  to.batch(100);
  to.accept();
  to.clear();
  expect([to.size, [...to.messages()]]).toEqual([0, []]);
  to.numbered(FrameKind.Heartbeat, 2);
  expect(to.batch(100).toString('hex')).toBe('000000051100000002');
});
