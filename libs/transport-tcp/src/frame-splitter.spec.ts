import fc from 'fast-check';
import { FrameSplitter } from './frame-splitter.js';

function encode(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const header = Buffer.alloc(4);
      header.writeUInt32BE(frame.length);
      return [header, frame];
    }),
  );
}

function splitter(maxFrameBytes = 1_000) {
  const frames: Buffer[] = [];
  const oversized: number[] = [];
  const cut = new FrameSplitter(
    maxFrameBytes,
    (frame) => frames.push(Buffer.from(frame)),
    (length) => oversized.push(length),
  );
  return { cut, frames, oversized };
}

it('finds the same frames however the bytes are chopped', () => {
  const frame = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 30 })),
      (sent, sizes) => {
        const { cut, frames, oversized } = splitter();
        let rest = encode(sent);
        for (const size of sizes) {
          cut.push(rest.subarray(0, size));
          rest = rest.subarray(Math.min(size, rest.length));
        }
        cut.push(rest);
        expect(frames.map((bytes) => [...bytes])).toEqual(sent.map((bytes) => [...bytes]));
        expect(oversized).toEqual([]);
      },
    ),
  );
});

it('hands over a frame within one chunk without copying it', () => {
  const chunk = encode([Buffer.from('abc'), Buffer.from('de')]);
  const buffers: ArrayBufferLike[] = [];
  new FrameSplitter(
    100,
    (frame) => buffers.push(frame.buffer),
    () => {},
  ).push(chunk);
  expect(buffers).toEqual([chunk.buffer, chunk.buffer]);
});

it('stops at a frame beyond the limit, before its bytes arrive', () => {
  const { cut, frames, oversized } = splitter(10);
  cut.push(encode([Buffer.from('ok')]));
  cut.push(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  cut.push(encode([Buffer.from('late')]));
  expect(frames.map(String)).toEqual(['ok']);
  expect(oversized).toEqual([0xffffffff]);
});

it('obeys a limit that is raised between two frames of a chunk', () => {
  const sizes: number[] = [];
  const cut: FrameSplitter = new FrameSplitter(
    5,
    (frame) => {
      sizes.push(frame.length);
      cut.maxFrameBytes = 50;
    },
    (length) => sizes.push(-length),
  );
  cut.push(encode([Buffer.alloc(5), Buffer.alloc(50), Buffer.alloc(51), Buffer.alloc(1)]));
  expect(sizes).toEqual([5, 50, -51]);
});

it('says nothing more once stopped, not even of the chunk at hand', () => {
  const seen: string[] = [];
  const cut: FrameSplitter = new FrameSplitter(
    10,
    (frame) => {
      seen.push(Buffer.from(frame).toString());
      cut.stop();
    },
    () => seen.push('oversized'),
  );
  cut.push(encode([Buffer.from('a'), Buffer.from('b')]));
  cut.push(encode([Buffer.from('c')]));
  expect(seen).toEqual(['a']);
});

it('gathers a frame from many chunks in linear time', () => {
  const { cut, frames } = splitter(8_000_000);
  const bytes = encode([Buffer.alloc(8_000_000, 7)]);
  for (let at = 0; at < bytes.length; at += 1_000) cut.push(bytes.subarray(at, at + 1_000));
  expect(frames[0]!.equals(bytes.subarray(4))).toBe(true);
});

it('asks of a length beyond the limit whether it is a sign, and reads on after it, however it is cut', () => {
  const bytes = Buffer.concat([
    encode([Buffer.from('a')]),
    Buffer.alloc(4, 0xff),
    encode([Buffer.from('b')]),
  ]);
  for (let size = 1; size <= bytes.length; size++) {
    const seen: string[] = [];
    const cut = new FrameSplitter(
      10,
      (frame) => seen.push(Buffer.from(frame).toString()),
      () => seen.push('oversized'),
      (length) => length === 0xffff_ffff && seen.push('sign') > 0,
    );
    for (let at = 0; at < bytes.length; at += size) cut.push(bytes.subarray(at, at + size));
    expect(seen).toEqual(['a', 'sign', 'b']);
  }
});
