export const HEADER_BYTES = 4;

/**
 * Cuts a byte stream into frames: a big-endian length of four bytes, then so many bytes. A frame that lies within one chunk is
 * handed over as a view; one that spans chunks is gathered in a single allocation of its announced, bounded length.
 */
export class FrameSplitter {
  private readonly header = Buffer.allocUnsafe(HEADER_BYTES);
  private headerBytes = 0;
  private body: Buffer | undefined;
  private bodyBytes = 0;
  private stopped = false;

  constructor(
    /** May be raised between frames, also from within `onFrame`. */
    public maxFrameBytes: number,
    private readonly onFrame: (frame: Uint8Array) => void,
    /** A frame announced itself as longer than allowed. The splitter has stopped; the stream cannot be read on. */
    private readonly onOversized: (length: number) => void,
    /** Asked before that: whether the length, which no frame may have, is a sign by itself, with no body. */
    private readonly isSign: (length: number) => boolean = () => false,
  ) {}

  /** Ignores everything from now on, also the rest of the chunk at hand. */
  stop(): void {
    this.stopped = true;
    this.body = undefined;
  }

  push(chunk: Buffer): void {
    if (this.stopped) return;
    let at = 0;
    if (this.body) at = this.continueBody(this.body, chunk);
    else if (this.headerBytes > 0) {
      at = chunk.copy(this.header, this.headerBytes, 0, HEADER_BYTES - this.headerBytes);
      this.headerBytes += at;
      if (this.headerBytes < HEADER_BYTES) return;
      this.headerBytes = 0;
      at = this.beginBody(this.header.readUInt32BE(0), chunk, at);
    }
    while (!this.stopped && chunk.length - at >= HEADER_BYTES) {
      at = this.beginBody(chunk.readUInt32BE(at), chunk, at + HEADER_BYTES);
    }
    if (!this.stopped && at < chunk.length) this.headerBytes = chunk.copy(this.header, 0, at);
  }

  /** Returns where the chunk continues. */
  private beginBody(length: number, chunk: Buffer, at: number): number {
    if (length > this.maxFrameBytes) {
      if (this.isSign(length)) return at;
      this.stop();
      this.onOversized(length);
      return chunk.length;
    }
    const end = at + length;
    if (end <= chunk.length) {
      this.onFrame(chunk.subarray(at, end));
      return end;
    }
    this.body = Buffer.allocUnsafe(length);
    this.bodyBytes = chunk.copy(this.body, 0, at);
    return chunk.length;
  }

  private continueBody(body: Buffer, chunk: Buffer): number {
    const taken = chunk.copy(body, this.bodyBytes, 0, body.length - this.bodyBytes);
    this.bodyBytes += taken;
    if (this.bodyBytes === body.length) {
      this.body = undefined;
      this.onFrame(body);
    }
    return taken;
  }
}
