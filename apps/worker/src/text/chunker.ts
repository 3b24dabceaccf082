import { BYTE_CLASSES, ByteClass } from './byte-class.js';
import { findCutPoint, lastCharacterBoundary, settledLength } from './cut-point.js';
import { MAX_SEQUENCE } from './utf8.js';

export interface Chunk {
  /** 0, 1, 2 … in the order of the text. */
  readonly index: number;
  readonly bytes: Buffer;
  /** The chunk begins inside a word: the byte before it and its first byte are both no white space. */
  readonly continuesWord: boolean;
}

export interface ChunkOptions {
  /** Bytes. A chunk is no longer than this unless one run of letters is. Default 1 MiB; more costs memory per chunk in flight. */
  readonly targetBytes?: number;
  /**
   * Bytes, at least 4 and `targetBytes`. A run of letters longer than this is cut and then counts as several terms
   * (words stay exact). Default 4 MiB; the cutter itself holds about this much.
   */
  readonly maxBytes?: number;
}

const MIB = 1024 * 1024;

/**
 * Cuts a text of any length into chunks that can be analyzed each on its own: joined they are the input, and no term
 * begins in one and ends in another (but see `maxBytes`). Cuts at the last line end that fits, else after white space,
 * else after any character that is no letter. Invalid UTF-8 passes through unchanged. An empty text has no chunks.
 *
 * The chunks own their bytes; the pieces of `source` may be reused once the next one is asked for. If `source` throws,
 * so does this, and what was not cut yet is lost.
 */
export async function* cutChunks(
  source: AsyncIterable<Uint8Array>,
  options: ChunkOptions = {},
): AsyncGenerator<Chunk, void, undefined> {
  const cutter = new Cutter(options);
  for await (const piece of source) yield* cutter.push(piece);
  yield* cutter.end();
}

class Cutter {
  private readonly targetBytes: number;
  private readonly maxBytes: number;
  private buffer: Buffer;
  private length = 0;
  /** Up to here there is no place to cut. */
  private searched = 0;
  private nextIndex = 0;
  private previousByte: number | undefined;

  constructor({ targetBytes = MIB, maxBytes = Math.max(4 * MIB, targetBytes) }: ChunkOptions) {
    if (!Number.isSafeInteger(targetBytes) || targetBytes < 1) {
      throw new RangeError(`targetBytes must be a whole number of at least 1, not ${targetBytes}`);
    }
    if (!Number.isSafeInteger(maxBytes) || maxBytes < Math.max(MAX_SEQUENCE, targetBytes)) {
      throw new RangeError(
        `maxBytes must be a whole number of at least ${MAX_SEQUENCE} and targetBytes, not ${maxBytes}`,
      );
    }
    this.targetBytes = targetBytes;
    this.maxBytes = maxBytes;
    this.buffer = Buffer.allocUnsafe(targetBytes);
  }

  *push(piece: Uint8Array): Generator<Chunk, void, undefined> {
    for (let taken = 0; taken < piece.length;) {
      if (this.length === this.buffer.length) this.grow();
      // One target's worth at a time, so that what is left after a cut is no longer than the next chunk.
      const room = Math.min(this.buffer.length - this.length, this.targetBytes);
      const part = piece.subarray(taken, taken + room);
      this.buffer.set(part, this.length);
      this.length += part.length;
      taken += part.length;
      while (this.length >= this.targetBytes) {
        const at = this.cutPoint();
        if (at === undefined) break;
        yield this.cut(at);
      }
    }
  }

  *end(): Generator<Chunk, void, undefined> {
    if (this.length > 0) yield this.cut(this.length);
  }

  private cutPoint(): number | undefined {
    const filled = this.buffer.subarray(0, this.length);
    const found = findCutPoint(filled, this.searched);
    if (found !== undefined) return found;
    if (this.length === this.maxBytes) return lastCharacterBoundary(filled);
    this.searched = settledLength(filled);
    return undefined;
  }

  /** At once to the most there may be: memory that is not written to costs nothing, copying on every doubling would. */
  private grow(): void {
    const larger = Buffer.allocUnsafe(this.maxBytes);
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  private cut(at: number): Chunk {
    const bytes = this.buffer.subarray(0, at);
    const rest = this.buffer.subarray(at, this.length);
    const chunk = { index: this.nextIndex, bytes, continuesWord: this.isInWord(bytes[0]!) };
    this.nextIndex += 1;
    this.previousByte = bytes[at - 1];
    // What is left behind a very long run can be a few bytes more than the target.
    this.buffer = Buffer.allocUnsafe(Math.max(this.targetBytes, rest.length));
    this.length = rest.copy(this.buffer);
    this.searched = 0;
    return chunk;
  }

  private isInWord(nextByte: number): boolean {
    return this.previousByte !== undefined && !isWhiteSpace(this.previousByte) && !isWhiteSpace(nextByte);
  }
}

function isWhiteSpace(byte: number): boolean {
  return BYTE_CLASSES[byte] === ByteClass.whiteSpace;
}
