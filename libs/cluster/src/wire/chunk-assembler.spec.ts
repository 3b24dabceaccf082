import fc from 'fast-check';
import { ChunkAssembler } from './chunk-assembler.js';
import { ProtocolError } from './frame-reader.js';

const MAX = 1_000_000;

it('gives back the message, whatever the sizes of its chunks, and takes the next one', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 4 }), (messages) => {
      const assembler = new ChunkAssembler(MAX);
      for (const [fill, chunks] of messages.entries()) {
        let left = chunks.reduce((sum, bytes) => sum + bytes, 0);
        const total = left;
        for (const bytes of chunks) {
          const chunk = Buffer.alloc(bytes, fill);
          const whole = assembler.add(left, chunk);
          // The frame is used again.
          chunk.fill(0xff);
          left -= bytes;
          expect(whole?.length).toBe(left === 0 ? total : undefined);
          expect(whole?.every((byte) => byte === fill) ?? true).toBe(true);
        }
        expect(assembler.size).toBe(0);
      }
    }),
    { numRuns: 100 },
  );
});

describe('chunks that do not add up are a protocol error', () => {
  it.each<[string, [left: number, bytes: number][]]>([
    ['more than the limit is announced', [[MAX + 1, 10]]],
    ['4 GB are announced', [[0xffff_ffff, 10]]],
    ['a chunk is empty', [[10, 0]]],
    ['a chunk is longer than what is missing', [[10, 11]]],
    ['nothing is missing', [[0, 0]]],
    [
      'the count does not go down',
      [
        [10, 2],
        [10, 2],
      ],
    ],
    [
      'the count jumps',
      [
        [10, 2],
        [7, 2],
      ],
    ],
    [
      'another message begins in between',
      [
        [10, 2],
        [500, 2],
      ],
    ],
  ])('%s', (_, chunks) => {
    const assembler = new ChunkAssembler(MAX);
    const add = () => {
      for (const [left, bytes] of chunks) assembler.add(left, Buffer.alloc(bytes));
    };
    expect(add).toThrow(ProtocolError);
  });
});

it('takes memory for what has come, not for what was announced', () => {
  const assembler = new ChunkAssembler(2 ** 30);
  let left = 2 ** 30;
  for (let come = 0; come < 4 * 2 ** 20; come += 65_536) {
    assembler.add(left, Buffer.alloc(65_536));
    left -= 65_536;
    expect(assembler.size).toBeLessThanOrEqual(Math.max(2 ** 20, 2 * (come + 65_536)));
  }
});

it('a message that will never be whole is forgotten', () => {
  const assembler = new ChunkAssembler(MAX);
  assembler.add(100, Buffer.alloc(50));
  assembler.clear();
  expect(assembler.size).toBe(0);
  expect(assembler.add(2, Buffer.from('ab'))?.toString()).toBe('ab');
});
