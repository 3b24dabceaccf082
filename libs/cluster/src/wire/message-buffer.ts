import { CHUNK_HEADER_BYTES, FrameKind, HEADER_BYTES } from './frame-kind.js';

const INITIAL_BYTES = 16 * 1024;
/** A buffer that grew past this is given back when it is empty. */
const KEEP_BYTES = 1024 * 1024;
/** So many are copied one by one faster than by a view and a call of the platform. */
const FEW_BYTES = 128;
/** Free bytes in front, so that a chunk's header fits before its bytes wherever they lie. */
const FRONT_BYTES = CHUNK_HEADER_BYTES;

/** What is known of a message that waits: its kind and, where its body begins with one, its number. */
export interface WaitingMessage {
  readonly kind: number;
  readonly number: number;
}

/**
 * Messages of one connection in the order they were written, until they are on their way: whole ones in frames, one that is
 * too large for a frame in chunks, straight from where it was encoded.
 */
export abstract class MessageBuffer {
  protected buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  /** End of what was written. */
  protected position = FRONT_BYTES;
  /** Everything before it is on its way. */
  private head = FRONT_BYTES;
  /** Bytes of the message at `head` that have not left, once it is cut into chunks; else 0. */
  private left = 0;
  private inParts: WaitingMessage | undefined;
  /** Bytes that the last `batch` takes from the buffer. */
  private offered = 0;
  private accepted = 0;

  /** Bytes waiting. */
  get size(): number {
    return this.position - this.head;
  }

  /** The same without what is left of a message that has begun to leave in chunks. */
  get behind(): number {
    return this.position - this.head - this.left;
  }

  /** Bytes that were accepted since the start. */
  get passed(): number {
    return this.accepted;
  }

  /**
   * The next frame: as many whole messages as fit into `maxBytes`, or the next chunk of one that does not fit. Valid until the
   * next write, and the same again until `accept`.
   */
  batch(maxBytes = Infinity): Buffer {
    const { head } = this;
    if (this.left === 0) {
      let end = this.position;
      if (end - head > maxBytes) {
        end = this.messageEnd(head);
        if (end - head > maxBytes) {
          this.left = end - head;
          this.inParts = this.messageAt(head);
          return this.chunk(maxBytes);
        }
        for (let next = this.messageEnd(end); next - head <= maxBytes; next = this.messageEnd(end))
          end = next;
      }
      this.offered = end - head;
      return this.buffer.subarray(head, end);
    }
    return this.chunk(maxBytes);
  }

  /** The last `batch` is on its way. */
  accept(): void {
    this.head += this.offered;
    this.accepted += this.offered;
    if (this.left > 0) this.left -= this.offered;
    if (this.head === this.position) this.clear();
  }

  /** The messages of which the last byte is not on its way. */
  *messages(): Generator<WaitingMessage> {
    let at = this.head;
    if (this.left > 0) {
      yield this.inParts!;
      at += this.left;
    }
    for (; at < this.position; at = this.messageEnd(at)) yield this.messageAt(at);
  }

  clear(): void {
    this.head = this.position = FRONT_BYTES;
    this.left = 0;
    if (this.buffer.length > KEEP_BYTES) this.buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  /** Moves what waits to the front once that costs no more than what left before. Not while a message is written. */
  protected compact(): void {
    const { head, size } = this;
    if (head - FRONT_BYTES < size) return;
    this.buffer.copyWithin(FRONT_BYTES, head, this.position);
    this.head = FRONT_BYTES;
    this.position = FRONT_BYTES + size;
  }

  protected reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, this.head, this.head, this.position);
    this.buffer = larger;
  }

  /** Room for it was reserved. */
  protected append(from: Buffer, start: number, end: number): void {
    const { buffer, position } = this;
    const bytes = end - start;
    if (bytes <= FEW_BYTES) for (let i = 0; i < bytes; i++) buffer[position + i] = from[start + i]!;
    else from.copy(buffer, position, start, end);
    this.position += bytes;
  }

  /** Its header goes over bytes that have left already. */
  private chunk(maxBytes: number): Buffer {
    const { buffer, head, left } = this;
    const start = head - CHUNK_HEADER_BYTES;
    const bytes = Math.min(left, maxBytes - CHUNK_HEADER_BYTES);
    buffer.writeUInt32BE(CHUNK_HEADER_BYTES - 4 + bytes, start);
    buffer[start + 4] = FrameKind.Chunk;
    buffer.writeUInt32BE(left, start + HEADER_BYTES);
    this.offered = bytes;
    return buffer.subarray(start, head + bytes);
  }

  private messageEnd(start: number): number {
    return start < this.position ? start + 4 + this.buffer.readUInt32BE(start) : Infinity;
  }

  private messageAt(start: number): WaitingMessage {
    const body = start + HEADER_BYTES;
    return {
      kind: this.buffer[start + 4]!,
      number: body + 4 <= this.position ? this.buffer.readUInt32BE(body) : 0,
    };
  }
}
