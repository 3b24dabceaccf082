import { MessageTooLargeError } from '@noex/contracts';
import {
  FrameKind,
  HAS_HEADERS,
  HAS_SENDER,
  HEADER_BYTES,
  INLINE_NAME,
  MAX_BOUND_NAMES,
} from './frame-kind.js';
import type { PayloadCodec } from './payload-codec.js';

const INITIAL_BYTES = 16 * 1024;
/** A batch buffer that grew past this is given back after it was sent. */
const KEEP_BYTES = 1024 * 1024;

/**
 * Gathers messages to one peer into one batch. A message that cannot be written whole (its payload does not encode or is
 * too large) leaves the batch as it was.
 */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private position = 0;
  private start = 0;
  private readonly boundNames = new Map<string, number>();

  constructor(
    private readonly codec: PayloadCodec,
    /** Largest message, in bytes. */
    private readonly maxMessageBytes: number,
  ) {}

  /** Bytes waiting. */
  get size(): number {
    return this.position;
  }

  /** The batch, valid until the next write. */
  batch(): Buffer {
    return this.buffer.subarray(0, this.position);
  }

  clear(): void {
    this.position = 0;
    if (this.buffer.length > KEEP_BYTES) this.buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  }

  message(
    kind: typeof FrameKind.Cast | typeof FrameKind.Info,
    process: number,
    name: string,
    payload: unknown,
    sender: number | undefined,
    headers: unknown,
  ): void {
    const nameId = this.nameId(name);
    this.begin(kind);
    this.u48(process);
    this.name(nameId, name);
    this.options(sender, headers);
    this.payload(payload);
    this.end();
  }

  call(
    call: number,
    timeoutMs: number,
    process: number,
    name: string,
    payload: unknown,
    sender: number | undefined,
    headers: unknown,
  ): void {
    const nameId = this.nameId(name);
    this.begin(FrameKind.Call);
    this.u32(call);
    this.u32(timeoutMs);
    this.u48(process);
    this.name(nameId, name);
    this.options(sender, headers);
    this.payload(payload);
    this.end();
  }

  spawn(spawn: number, timeoutMs: number, behavior: string, payload: unknown): void {
    const nameId = this.nameId(behavior);
    this.begin(FrameKind.Spawn);
    this.u32(spawn);
    this.u32(timeoutMs);
    this.name(nameId, behavior);
    this.payload(payload);
    this.end();
  }

  /** A kind whose body is one number and, perhaps, a payload. */
  numbered(kind: number, number: number, payload?: unknown): void {
    this.begin(kind);
    this.u32(number);
    this.payload(payload);
    this.end();
  }

  /** A kind whose body is a number and a process. */
  aboutProcess(kind: number, number: number, process: number): void {
    this.begin(kind);
    this.u32(number);
    this.u48(process);
    this.end();
  }

  exit(process: number, reason: unknown): void {
    this.begin(FrameKind.Exit);
    this.u48(process);
    this.payload(reason);
    this.end();
  }

  /** A kind whose body is only a payload. */
  plain(kind: number, payload?: unknown): void {
    this.begin(kind);
    this.payload(payload);
    this.end();
  }

  private begin(kind: number): void {
    // Room for every fixed part of any kind.
    this.reserve(64);
    this.start = this.position;
    this.buffer[this.position + 4] = kind;
    this.position += HEADER_BYTES;
  }

  private end(): void {
    this.buffer.writeUInt32BE(this.position - this.start - 4, this.start);
  }

  private u16(value: number): void {
    this.buffer[this.position++] = value >>> 8;
    this.buffer[this.position++] = value;
  }

  private u32(value: number): void {
    const { buffer } = this;
    buffer[this.position++] = value >>> 24;
    buffer[this.position++] = value >>> 16;
    buffer[this.position++] = value >>> 8;
    buffer[this.position++] = value;
  }

  private u48(value: number): void {
    this.u16(value / 0x1_0000_0000);
    this.u32(value);
  }

  /** The number a name is bound to, bound now if there is room. Written as a message of its own, before the one begun. */
  private nameId(name: string): number {
    const known = this.boundNames.get(name);
    if (known !== undefined) return known;
    if (this.boundNames.size >= MAX_BOUND_NAMES) return INLINE_NAME;
    const id = this.boundNames.size;
    this.boundNames.set(name, id);
    this.begin(FrameKind.Name);
    this.u16(id);
    this.text(name);
    this.end();
    return id;
  }

  private name(id: number, name: string): void {
    this.u16(id);
    if (id !== INLINE_NAME) return;
    this.u16(Buffer.byteLength(name));
    this.text(name);
  }

  private text(text: string): void {
    this.reserve(text.length * 3 + 64);
    this.position += this.buffer.write(text, this.position);
  }

  private options(sender: number | undefined, headers: unknown): void {
    const hasSender = sender !== undefined;
    const hasHeaders = headers !== undefined;
    this.buffer[this.position++] = (hasSender ? HAS_SENDER : 0) | (hasHeaders ? HAS_HEADERS : 0);
    if (hasSender) this.u48(sender);
    if (!hasHeaders) return;
    const at = this.position;
    this.position += 4;
    this.payload(headers);
    this.buffer.writeUInt32BE(this.position - at - 4, at);
  }

  private payload(payload: unknown): void {
    if (payload === undefined) return;
    try {
      const { buffer, start, end } = this.codec.encode(payload);
      const size = end - start;
      if (size > this.maxMessageBytes) {
        throw new MessageTooLargeError(
          `the payload takes ${size} bytes, the limit (maxMessageBytes) is ${this.maxMessageBytes}`,
          { bytes: size, maxMessageBytes: this.maxMessageBytes },
        );
      }
      this.reserve(size + 64);
      buffer.copy(this.buffer, this.position, start, end);
      this.position += size;
    } catch (error) {
      this.position = this.start;
      throw error;
    }
  }

  private reserve(bytes: number): void {
    const needed = this.position + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }
}
