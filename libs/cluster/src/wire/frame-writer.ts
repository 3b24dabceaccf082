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
import type { Echo } from '../membership/round-trip.js';
import { encodeCallPath } from './call-path.codec.js';
import { MessageBuffer } from './message-buffer.js';
import type { PayloadCodec } from './payload-codec.js';

/** After a larger payload the encoder's buffer is given back. */
const LARGE_BYTES = 8 * 1024 * 1024;
const MAX_PROCESS = 0xffff_ffff_ffff;
/** Stands for every number that no process can have. */
const NO_PROCESS = 0;

/** Writes messages to one peer. One that cannot be written whole (its payload does not encode or is too large) leaves no trace. */
export class FrameWriter extends MessageBuffer {
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
  ) {
    super();
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

  /** The regular sign of life. */
  heartbeat(load: number, stamp: number, echo: Echo | undefined): void {
    this.begin(FrameKind.Heartbeat);
    this.u32(load);
    this.u32(stamp);
    if (echo) {
      this.u32(echo.stamp);
      this.u32(echo.heldFor);
    }
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
    this.payload(reason, this.maxMessageBytes);
    this.end();
  }

  /** A kind about a link of this node's `process` with the peer's `other`; `unlink` is the number of the unlink it belongs to. */
  link(kind: number, process: number, other: number, unlink?: number): void {
    this.begin(kind);
    this.u48(process);
    this.u48(other);
    if (unlink !== undefined) this.u32(unlink);
    this.end();
  }

  linkExit(process: number, other: number, reason: unknown, maxBytes = this.maxMessageBytes): void {
    this.begin(FrameKind.LinkExit);
    this.u48(process);
    this.u48(other);
    this.payload(reason, maxBytes);
    this.end();
  }

  /** The same with a reason of the cluster's own. */
  linkExitControl(process: number, other: number, reason: unknown): void {
    this.linkExit(process, other, reason, this.maxControlBytes);
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
    this.compact();
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
    const value = isProcessNumber(process) ? process : NO_PROCESS;
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
    let size = 0;
    try {
      const { buffer, start, end } = this.codec.encode(payload);
      size = end - start;
      if (size > maxBytes) {
        throw new MessageTooLargeError(
          `the payload takes ${size} bytes, the limit (maxMessageBytes less the headers) is ${maxBytes}`,
          { bytes: size, maxMessageBytes: this.maxMessageBytes },
        );
      }
      this.reserve(size + 64);
      this.append(buffer, start, end);
    } catch (error) {
      this.position = this.start;
      this.open = false;
      throw error;
    } finally {
      if (size > LARGE_BYTES) this.codec.release();
    }
  }
}

/** Whether some process may have this number. */
export function isProcessNumber(process: number): boolean {
  return Number.isInteger(process) && process >= 0 && process <= MAX_PROCESS;
}
