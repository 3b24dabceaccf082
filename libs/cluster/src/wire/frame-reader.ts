import { INLINE_NAME, MAX_BOUND_NAME_BYTES, MAX_BOUND_NAMES } from './frame-kind.js';
import type { PayloadCodec } from './payload-codec.js';

/** Reads the body of one message. Every method throws ProtocolError where the bytes end too early. */
export class FrameReader {
  private bytes: Uint8Array = new Uint8Array(0);
  private position = 0;
  private limit = 0;
  private readonly boundNames: string[] = [];

  constructor(private readonly codec: PayloadCodec) {}

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.limit = end;
  }

  /** Bytes of the message not read yet. */
  get left(): number {
    return this.limit - this.position;
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.position++]!;
  }

  u16(): number {
    this.need(2);
    const { bytes } = this;
    return (bytes[this.position++]! << 8) | bytes[this.position++]!;
  }

  u32(): number {
    this.need(4);
    const { bytes } = this;
    return (
      ((bytes[this.position++]! << 24) |
        (bytes[this.position++]! << 16) |
        (bytes[this.position++]! << 8) |
        bytes[this.position++]!) >>>
      0
    );
  }

  u48(): number {
    return this.u16() * 0x1_0000_0000 + this.u32();
  }

  /** Binds a name to its number, as the sender did. */
  bindName(): void {
    const id = this.u16();
    if (id !== this.boundNames.length || id >= MAX_BOUND_NAMES)
      throw new ProtocolError(`name ${id} out of turn`);
    const length = this.limit - this.position;
    if (length > MAX_BOUND_NAME_BYTES) throw new ProtocolError(`a name of ${length} bytes`);
    this.boundNames.push(this.text(length));
  }

  name(): string {
    const id = this.u16();
    if (id === INLINE_NAME) return this.text(this.u16());
    const name = this.boundNames[id];
    if (name === undefined) throw new ProtocolError(`name ${id} was never bound`);
    return name;
  }

  private text(length: number): string {
    this.need(length);
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + this.position, length).toString(
      'utf8',
    );
    this.position += length;
    return text;
  }

  /** A payload with its own length. */
  sizedPayload(): unknown {
    const length = this.u32();
    this.need(length);
    return this.decode(this.position, (this.position += length));
  }

  /** The payload that fills the rest of the message. */
  payload(): unknown {
    return this.decode(this.position, (this.position = this.limit));
  }

  /** The bytes that fill the rest of the message; valid as long as the frame. */
  rest(): Uint8Array {
    const { position } = this;
    return this.bytes.subarray(position, (this.position = this.limit));
  }

  private decode(start: number, end: number): unknown {
    if (start === end) return undefined;
    try {
      return this.codec.decode(this.bytes, start, end);
    } catch (error) {
      throw new ProtocolError(`a payload does not decode: ${(error as Error).message}`);
    }
  }

  private need(bytes: number): void {
    if (this.position + bytes > this.limit) throw new ProtocolError('a message is cut short');
  }
}

/** A peer sent bytes that make no sense; its connection is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}
