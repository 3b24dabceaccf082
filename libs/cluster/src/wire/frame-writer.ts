import { MessageTooLargeError, SerializationError } from '@noex/contracts';
import {
  FrameKind,
  HAS_HEADERS,
  HAS_PATH,
  HAS_SENDER,
  HEADER_BYTES,
  INLINE_NAME,
  MAX_BOUND_NAME_BYTES,
  MAX_BOUND_NAMES,
  MAX_NAME_BYTES,
} from './frame-kind.js';
import type { CallPath } from '@noex/runtime';
import { encodeCallPath } from './call-path.codec.js';
import type { PayloadCodec } from './payload-codec.js';

const INITIAL_BYTES = 16 * 1024;
/** A batch buffer that grew past this is given back after it was sent. */
const KEEP_BYTES = 1024 * 1024;
const MAX_PROCESS = 0xffff_ffff_ffff;
/** Stands for every number that no process can have. */
const NO_PROCESS = 0;

/**
 * Gathers messages to one peer into one batch. A message that cannot be written whole (its payload does not encode or is
 * too large) leaves the batch as it was.
 */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private position = 0;
  private start = 0;
  /** A message is begun and not ended. */
  private open = false;
  private readonly boundNames = new Map<string, number>();

  constructor(
    private readonly codec: PayloadCodec,
    /** Largest headers and payload of a message, in bytes. */
    private readonly maxMessageBytes: number,
    /** The same for what the cluster itself has to say. */
    private readonly maxControlBytes = maxMessageBytes,
  ) {}

  /** Bytes waiting. */
  get size(): number {
    return this.position;
  }

  /** The batch, or as many whole messages of its beginning as fit into `maxBytes`; valid until the next write. */
  batch(maxBytes = Infinity): Buffer {
    let end = this.position;
    if (end > maxBytes) {
      end = this.messageEnd(0);
      for (let next = this.messageEnd(end); next <= maxBytes; next = this.messageEnd(end)) end = next;
    }
    return this.buffer.subarray(0, end);
  }

  /** The messages of the batch: their kind and, where their body begins with one, their number. */
  *messages(): Generator<{ readonly kind: number; readonly number: number }> {
    for (let at = 0; at < this.position; at = this.messageEnd(at)) {
      const number = at + HEADER_BYTES + 4 <= this.position ? this.buffer.readUInt32BE(at + HEADER_BYTES) : 0;
      yield { kind: this.buffer[at + 4]!, number };
    }
  }

  private messageEnd(start: number): number {
    return start < this.position ? start + 4 + this.buffer.readUInt32BE(start) : Infinity;
  }

  /** Forgets the first `bytes` of the batch. */
  clear(bytes = this.position): void {
    if (bytes < this.position) this.buffer.copyWithin(0, bytes, this.position);
    this.position -= bytes;
    if (this.position > 0) return;
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
    const taken = this.options(sender, headers);
    this.payload(payload, this.maxMessageBytes - taken);
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
    path?: CallPath,
  ): void {
    const nameId = this.nameId(name);
    this.begin(FrameKind.Call);
    this.u32(call);
    this.u32(timeoutMs);
    this.u48(process);
    this.name(nameId, name);
    const taken = this.options(sender, headers, path);
    this.payload(payload, this.maxMessageBytes - taken);
    this.end();
  }

  spawn(spawn: number, timeoutMs: number, behavior: string, payload: unknown): void {
    const nameId = this.nameId(behavior);
    this.begin(FrameKind.Spawn);
    this.u32(spawn);
    this.u32(timeoutMs);
    this.name(nameId, behavior);
    this.payload(payload, this.maxMessageBytes);
    this.end();
  }

  /** A kind whose body is one number and, perhaps, a payload of the user's. */
  numbered(kind: number, number: number, payload?: unknown, maxBytes = this.maxMessageBytes): void {
    this.begin(kind);
    this.u32(number);
    this.payload(payload, maxBytes);
    this.end();
  }

  /** The same with a payload of the cluster's own. */
  numberedControl(kind: number, number: number, payload: unknown): void {
    this.numbered(kind, number, payload, this.maxControlBytes);
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
    this.payload(reason, this.maxMessageBytes);
    this.end();
  }

  /** A kind whose body is only a payload of the cluster's own. */
  plain(kind: number, payload?: unknown): void {
    this.begin(kind);
    this.payload(payload, this.maxControlBytes);
    this.end();
  }

  private begin(kind: number): void {
    // Reading a payload may run getters, which may do anything.
    if (this.open)
      throw new SerializationError('a getter of a payload sent a message itself; send plain data');
    this.open = true;
    // Room for every fixed part of any kind.
    this.reserve(64);
    this.start = this.position;
    this.buffer[this.position + 4] = kind;
    this.position += HEADER_BYTES;
  }

  private end(): void {
    this.buffer.writeUInt32BE(this.position - this.start - 4, this.start);
    this.open = false;
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

  private u48(process: number): void {
    // A number that was made up must not be cut to that of some other process.
    const value = Number.isInteger(process) && process >= 0 && process <= MAX_PROCESS ? process : NO_PROCESS;
    this.u16(value / 0x1_0000_0000);
    this.u32(value);
  }

  /** The number a name is bound to, bound now if there is room. Written as a message of its own, before the one begun. */
  private nameId(name: string): number {
    const known = this.boundNames.get(name);
    if (known !== undefined) return known;
    const bytes = Buffer.byteLength(name);
    if (bytes > MAX_NAME_BYTES) {
      throw new MessageTooLargeError(`a name takes ${bytes} bytes, the limit is ${MAX_NAME_BYTES}`, {
        bytes,
        maxNameBytes: MAX_NAME_BYTES,
      });
    }
    if (bytes > MAX_BOUND_NAME_BYTES || this.boundNames.size >= MAX_BOUND_NAMES) return INLINE_NAME;
    const id = this.boundNames.size;
    this.begin(FrameKind.Name);
    this.boundNames.set(name, id);
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

  /** Writes what stands before the payload; returns how much of the message's bytes it took. */
  private options(sender: number | undefined, headers: unknown, path?: CallPath): number {
    const flags = (sender === undefined ? 0 : HAS_SENDER) | (headers === undefined ? 0 : HAS_HEADERS);
    this.buffer[this.position++] = path ? flags | HAS_PATH : flags;
    if (sender !== undefined) this.u48(sender);
    let taken = 0;
    if (headers !== undefined) taken += this.sizedPayload(headers, this.maxMessageBytes);
    if (path) taken += this.sizedPayload(encodeCallPath(path), this.maxMessageBytes - taken);
    return taken;
  }

  /** A payload with its length before it; returns the length. */
  private sizedPayload(payload: unknown, maxBytes: number): number {
    const at = this.position;
    this.position += 4;
    this.payload(payload, maxBytes);
    const size = this.position - at - 4;
    this.buffer.writeUInt32BE(size, at);
    return size;
  }

  private payload(payload: unknown, maxBytes: number): void {
    if (payload === undefined) return;
    try {
      const { buffer, start, end } = this.codec.encode(payload);
      const size = end - start;
      if (size > maxBytes) {
        throw new MessageTooLargeError(
          `the payload takes ${size} bytes, the limit (maxMessageBytes less the headers) is ${maxBytes}`,
          { bytes: size, maxMessageBytes: this.maxMessageBytes },
        );
      }
      this.reserve(size + 64);
      buffer.copy(this.buffer, this.position, start, end);
      this.position += size;
    } catch (error) {
      this.position = this.start;
      this.open = false;
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
