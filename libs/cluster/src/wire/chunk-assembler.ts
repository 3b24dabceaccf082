import { ProtocolError } from './frame-reader.js';

/** No more than a frame of the transport may have its receiver take. */
const INITIAL_BYTES = 1024 * 1024;

/**
 * Puts the one message together that a peer sends in chunks. Memory grows with what has arrived, at most twice as much past the first MiB, and
 * never past `maxBytes`, whatever the first chunk announces.
 */
export class ChunkAssembler {
  private buffer: Buffer | undefined;
  private total = 0;
  private filled = 0;

  constructor(private readonly maxBytes: number) {}

  /**
   * Takes the next chunk; `left` is what its sender says was missing before it. Returns the message when it is whole; its bytes
   * belong to the caller. Throws ProtocolError when chunks do not add up, or announce more than the limit.
   */
  add(left: number, bytes: Uint8Array): Buffer | undefined {
    if (!this.buffer) this.begin(left);
    else if (left !== this.total - this.filled) {
      throw new ProtocolError(`a chunk says ${left} bytes are missing; ${this.total - this.filled} are`);
    }
    if (bytes.length === 0 || bytes.length > left) {
      throw new ProtocolError(`a chunk of ${bytes.length} bytes where ${left} are missing`);
    }
    const buffer = this.room(bytes.length);
    buffer.set(bytes, this.filled);
    this.filled += bytes.length;
    if (this.filled < this.total) return undefined;
    this.clear();
    return buffer;
  }

  /** Forgets a message that will never be whole. */
  clear(): void {
    this.buffer = undefined;
  }

  /** Bytes held. */
  get size(): number {
    return this.buffer?.length ?? 0;
  }

  private begin(total: number): void {
    if (total > this.maxBytes) {
      throw new ProtocolError(`a message of ${total} bytes is announced, the limit is ${this.maxBytes}`);
    }
    this.total = total;
    this.filled = 0;
    this.buffer = Buffer.allocUnsafe(Math.min(total, INITIAL_BYTES));
  }

  private room(bytes: number): Buffer {
    const { buffer, filled, total } = this;
    const needed = filled + bytes;
    if (needed <= buffer!.length) return buffer!;
    const larger = Buffer.allocUnsafe(Math.min(total, Math.max(needed, 2 * buffer!.length)));
    buffer!.copy(larger, 0, 0, filled);
    return (this.buffer = larger);
  }
}
