import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { analyzeChunk } from './analyze.js';
import { cutChunks, type Chunk } from './chunker.js';
import { Tally, type TextSummary } from './tally.js';

/** The definition of the result, as short as it can be said and with no regard to speed. */
function letterRuns(text: Buffer): string[] {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(text).match(/\p{L}+/gu) ?? [];
}

function naiveSummary(text: Buffer): TextSummary {
  const terms = new Map<string, number>();
  for (const run of letterRuns(text)) {
    terms.set(run.toLowerCase(), (terms.get(run.toLowerCase()) ?? 0) + 1);
  }
  const ranked = [...terms].map(([term, count]) => ({ term, count }));
  ranked.sort((a, b) => b.count - a.count || (a.term < b.term ? -1 : 1));
  const latin1 = text.toString('latin1');
  return {
    lines: latin1.split('\n').length - 1,
    bytes: text.length,
    words: latin1.split(/[ \t\n\v\f\r]+/).filter((word) => word !== '').length,
    distinctTerms: terms.size,
    topTerms: ranked.slice(0, 20),
  };
}

const character = fc.constantFrom(
  ...'aBzé語жΣİ𐐀',
  ...' \t\n\v\f\r\0',
  ...'.-7_’。😀\u0301\u00a0\u2028\ufeff\ufffd',
);
const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: character, maxLength: 12 }).map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: fc.constantFrom('\r\n', '\n', ' ', '\n\n').map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'é', '語', '𐐀'), fc.integer({ min: 1, max: 60 }))
      .map(([letter, length]) => Buffer.from(letter.repeat(length))),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('é', '語', '𐐀'), fc.integer({ min: 0, max: 4 }))
      .map(([letter, end]) => Buffer.from(letter).subarray(0, end)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }).map((length) => Buffer.alloc(length, 0x80)) },
);
const anyText = fc.array(fragment, { maxLength: 40 }).map((parts) => Buffer.concat(parts));
const pieceSizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 10 });

/** Gives every piece in the same memory, as a source may. */
async function* inPieces(text: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(Math.max(1, ...sizes));
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = Math.max(turn % sizes.length === 0 ? 1 : 0, sizes[turn % sizes.length]!);
    yield memory.subarray(0, text.copy(memory, 0, at, at + size));
    at += size;
  }
}

async function cut(text: Buffer, sizes: readonly number[], targetBytes: number, maxBytes: number) {
  const chunks: Chunk[] = [];
  for await (const chunk of cutChunks(inPieces(text, sizes), { targetBytes, maxBytes })) chunks.push(chunk);
  return chunks;
}

function tallyOf(chunks: readonly Chunk[]): TextSummary {
  const tally = new Tally();
  for (const { index, bytes, continuesWord } of chunks) tally.add(index, analyzeChunk(bytes, continuesWord));
  return tally.summary();
}

describe('a text in chunks', () => {
  it('gives what the whole text gives, wherever it is cut', async () => {
    const target = fc.integer({ min: 1, max: 60 });
    const property = fc.asyncProperty(anyText, pieceSizes, target, async (text, sizes, targetBytes) => {
      const chunks = await cut(text, sizes, targetBytes, targetBytes + text.length + 4);
      expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(text)).toBe(true);
      expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, position) => position));
      expect(chunks.every(({ bytes }) => bytes.length > 0)).toBe(true);
      const summary = tallyOf(chunks.reverse());
      const whole = new Tally();
      whole.add(0, analyzeChunk(text, false));
      expect(summary).toEqual(whole.summary());
      expect(summary).toEqual(naiveSummary(text));
    });
    await fc.assert(property, { numRuns: 1500 });
  });

  it('stays within maxBytes; only terms longer than that are cut, words never', async () => {
    const limits = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }));
    const property = fc.asyncProperty(
      anyText,
      pieceSizes,
      limits,
      async (text, sizes, [targetBytes, more]) => {
        const maxBytes = Math.max(4, targetBytes + more);
        const chunks = await cut(text, sizes, targetBytes, maxBytes);
        expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(text)).toBe(true);
        expect(Math.max(0, ...chunks.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(maxBytes);
        const { lines, bytes, words, ...terms } = tallyOf(chunks);
        const { lines: wcLines, bytes: wcBytes, words: wcWords, ...naiveTerms } = naiveSummary(text);
        expect({ lines, bytes, words }).toEqual({ lines: wcLines, bytes: wcBytes, words: wcWords });
        const decoded = chunks.flatMap((chunk) => [...new TextDecoder().decode(chunk.bytes)]);
        if (!text.toString().includes('\ufffd')) expect(decoded).not.toContain('\ufffd');
        if (letterRuns(text).every((run) => Buffer.byteLength(run) <= maxBytes))
          expect(terms).toEqual(naiveTerms);
      },
    );
    await fc.assert(property, { numRuns: 1500 });
  });
});

const shell = spawnSync('sh', ['-c', 'command -v wc && command -v tr && command -v grep']);
const withTools = shell.status === 0 ? it : it.skip;

describe('the counts of the command line', () => {
  withTools('are the same (skipped where wc, tr or grep is missing)', async () => {
    const texts = [
      Buffer.alloc(0),
      Buffer.from('\n'),
      Buffer.from('\0\0 \0\n\u0085 \u00a0'),
      ...fc.sample(anyText, { numRuns: 12, seed: 20 }),
      Buffer.concat(fc.sample(anyText, { numRuns: 300, seed: 22 })),
    ];
    for (const text of texts) {
      const run = (command: string) =>
        spawnSync('sh', ['-c', command], { input: text, env: { ...process.env, LC_ALL: 'C' } })
          .stdout.toString()
          .trim()
          .split(/\s+/)
          .map(Number);
      const { lines, bytes, words } = tallyOf(await cut(text, [64], 100, 1000));
      expect([lines, bytes]).toEqual(run('wc -l -c'));
      expect([words]).toEqual(run(`tr -s '[:space:]' '\\n' | grep -ac .`));
    }
  });
});
