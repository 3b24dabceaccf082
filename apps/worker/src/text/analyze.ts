import { BYTE_CLASSES, ByteClass, NEWLINE } from './byte-class.js';
import { SegmentTable } from './segment-table.js';

export interface ChunkResult {
  readonly bytes: number;
  /** Line ends, as `wc -l` counts: a last line without one is not in it. */
  readonly lines: number;
  /** Words that begin in this chunk: runs of bytes other than ASCII white space, whatever else they are. */
  readonly words: number;
  /** How often each term occurs: a maximal run of Unicode letters, lower-cased. Bytes that are no UTF-8 end a run. */
  readonly terms: Map<string, number>;
}

const LETTER_RUNS = /\p{L}+/gu;

/**
 * One pass over the bytes. Segments – runs of ASCII letters and of bytes beyond ASCII – are counted as bytes, and each
 * distinct one is decoded once: a text repeats its words, so nearly all bytes are read without making a string. An
 * ASCII byte is never part of a longer UTF-8 sequence, so cutting there changes neither the decoding nor the terms.
 */
export function analyzeChunk(bytes: Uint8Array, continuesWord: boolean): ChunkResult {
  const table = new SegmentTable(bytes, randomSeed());
  const end = bytes.length;
  let lines = 0;
  let words = 0;
  let betweenWords = 1;

  for (let at = 0; at < end;) {
    let byte = bytes[at]!;
    const byteClass = BYTE_CLASSES[byte];
    if (byteClass === ByteClass.mayBeLetter) {
      words += betweenWords;
      betweenWords = 0;
      const start = at;
      let hash = table.seed;
      do {
        hash = SegmentTable.hash(hash, byte);
        at += 1;
        if (at === end) break;
        byte = bytes[at]!;
      } while (BYTE_CLASSES[byte] === ByteClass.mayBeLetter);
      table.count(start, at, hash);
    } else {
      if (byteClass === ByteClass.whiteSpace) {
        if (byte === NEWLINE) lines += 1;
        betweenWords = 1;
      } else {
        words += betweenWords;
        betweenWords = 0;
      }
      at += 1;
    }
  }

  return { bytes: end, lines, words: words - (continuesWord ? 1 : 0), terms: termsOf(bytes, table) };
}

function termsOf(bytes: Uint8Array, table: SegmentTable): Map<string, number> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const terms = new Map<string, number>();
  const add = (run: string, count: number): void => {
    // Lower-cased only now: lower-casing can depend on the neighbours, and can make marks that are no letters.
    const term = run.toLowerCase();
    terms.set(term, (terms.get(term) ?? 0) + count);
  };
  table.forEach((start, end, count) => {
    if (isAscii(bytes, start, end)) {
      add(text.toString('latin1', start, end), count);
    } else {
      for (const run of text.toString('utf8', start, end).match(LETTER_RUNS) ?? []) add(run, count);
    }
  });
  return terms;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at]! >= 0x80) return false;
  }
  return true;
}

function randomSeed(): number {
  return Math.trunc(Math.random() * 0x1_0000_0000) | 0;
}
