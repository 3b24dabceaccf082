import { addExtension, Packr } from 'msgpackr';
import { ProcessRef, SerializationError } from '@noex/contracts';
import { toSendable, WireError, WireMap, WireNegativeZero } from './sendable.js';

// MessagePack extension types 1–127 are the application's; msgpackr itself uses some of the letters' codes.
addExtension({
  Class: ProcessRef,
  type: 0x01,
  write: ({ node, incarnation, id }: ProcessRef) => refParts([node, incarnation, id]),
  read: (parts: unknown) => new ProcessRef(...refParts(parts)),
});
addExtension({
  Class: WireMap,
  type: 0x02,
  write: (map: WireMap) => map.entries,
  read: (entries: [unknown, unknown][]) => new Map(entries),
});
addExtension({
  Class: WireError,
  type: 0x03,
  write: (error: WireError) => [error.name, error.message, error.stack, error.own],
  read: readError,
});
addExtension({
  Class: WireNegativeZero,
  type: 0x04,
  write: () => 0,
  read: () => -0,
});

/** Checked on both sides: what one node sends another must be able to read. */
function refParts(parts: unknown): [node: string, incarnation: number, id: number] {
  const [node, incarnation, id] = parts as unknown[];
  if (typeof node !== 'string' || !isCount(incarnation) || !isCount(id)) throw new TypeError('not a ref');
  return [node, incarnation, id];
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Properties that the language itself gives an error; a listing of its fields does not show them. */
const BUILT_IN = new Set(['name', 'message', 'stack', 'cause', 'errors']);

function readError([name, message, stack, own]: [string, string, string | undefined, object]): Error {
  const error = new Error(message);
  for (const [key, value] of Object.entries({ ...own, name, stack })) {
    Object.defineProperty(error, key, {
      value,
      configurable: true,
      writable: true,
      enumerable: !BUILT_IN.has(key),
    });
  }
  return error;
}

/** msgpackr's flags: hand out its own buffer with start and end, and write over it next time. */
const REUSE_BUFFER = 512 | 1024;

/** The encoder's buffer as it begins. */
const BUFFER_BYTES = 8192;

/**
 * Payloads below this are decoded from a buffer of their own: there the decoder reads texts in JavaScript and looks keys up in a cache, both of
 * which it does only near the beginning of a buffer. A call of a small object takes 8 % less CPU.
 */
const SMALL_BYTES = 140;

/** Bytes inside a buffer that belongs to somebody else. */
export interface Slice {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Payloads as MessagePack. Each payload stands alone (no dictionary shared between messages), so a message that fails to
 * encode or is refused leaves no trace in the stream.
 */
export class PayloadCodec {
  private readonly packr = new Packr({
    useRecords: false,
    mapsAsObjects: true,
    moreTypes: true,
    // Decoded binary data must not point into a socket's buffer.
    copyBuffers: true,
    // A field of that name is data like any other.
    useToJSON: false,
    // Neither written nor read: bytes of a peer must not build cycles or values that grow when they are walked.
    structuredClone: false,
  });

  private readonly small = Buffer.allocUnsafeSlow(SMALL_BYTES);

  /** Encodes; the result is valid until the next call. Throws SerializationError. */
  encode(payload: unknown): Slice {
    const sendable = toSendable(payload);
    try {
      const buffer = this.packr.pack(sendable, REUSE_BUFFER) as Buffer & { start: number; end: number };
      return { buffer, start: buffer.start, end: buffer.end };
    } catch (error) {
      throw new SerializationError(
        `the payload cannot be sent: ${(error as Error).message}`,
        {},
        { cause: error },
      );
    }
  }

  /** Gives back what a large payload made of the encoder's buffer. Its bytes are no longer valid. */
  release(): void {
    this.packr.useBuffer(Buffer.allocUnsafeSlow(BUFFER_BYTES));
  }

  /** Decodes what `encode` wrote. Throws on malformed bytes. */
  decode(buffer: Uint8Array, start: number, end: number): unknown {
    const bytes = end - start;
    if (bytes >= SMALL_BYTES) return this.packr.unpack(buffer, { start, end });
    const { small } = this;
    for (let i = 0; i < bytes; i++) small[i] = buffer[start + i]!;
    return this.packr.unpack(small, bytes);
  }

  /** What the payload would be on another node. */
  copy(payload: unknown): unknown {
    const { buffer, start, end } = this.encode(payload);
    return this.decode(buffer, start, end);
  }
}
