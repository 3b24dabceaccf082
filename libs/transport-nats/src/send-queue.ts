import { FRAME_HEAD_BYTES, HEAD_BYTES } from './message.js';

/** Most bytes of frames in one message; a single frame may be as large. Servers take 1 MiB by default. */
export const MAX_BATCH_BYTES = 512 * 1024;
/** Frames of a call are small: what comes in one tick is likely to fit without growing. */
const GROWTH = 2;

/** Frames on their way into one message. The head is left blank. */
interface Batch {
  buffer: Buffer;
  end: number;
}

interface Unacknowledged {
  readonly number: number;
  readonly message: Buffer;
}

export interface SendQueueOptions {
  /** Most bytes of frames that wait. */
  readonly maxQueuedBytes: number;
  /** What the peer allowed at first. */
  readonly credit: number;
  /** Seals a message whose frames are complete, and sends it. */
  transmit(message: Buffer, number: number, isLast: boolean): void;
}

/**
 * One direction of a session at its sender: frames gather into messages, which leave as the peer's credit allows and are kept until the
 * peer has them.
 */
export class SendQueue {
  private readonly waiting: Batch[] = [];
  private readonly unacknowledged: Unacknowledged[] = [];
  private waitingBytes = 0;
  private sentBytes = 0;
  private inFlightBytes = 0;
  private credit: number;
  private sentNumber = 0;
  private isEnding = false;
  private hasSentLast = false;

  constructor(private readonly options: SendQueueOptions) {
    this.credit = options.credit;
  }

  /** Bytes of frames that have not left. */
  get queuedBytes(): number {
    return this.waitingBytes;
  }

  /** The number of the last message that left. */
  get sent(): number {
    return this.sentNumber;
  }

  /** The number of the last message that the peer said it has. */
  get acknowledged(): number {
    return this.unacknowledged[0] ? this.unacknowledged[0].number - 1 : this.sentNumber;
  }

  /** Copies the frame into the next message, or returns false: no room. An empty queue takes any frame. */
  push(frame: Uint8Array): boolean {
    const bytes = FRAME_HEAD_BYTES + frame.length;
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > this.options.maxQueuedBytes) return false;
    const batch = this.batchFor(bytes);
    batch.buffer.writeUInt32BE(frame.length, batch.end);
    batch.buffer.set(frame, batch.end + FRAME_HEAD_BYTES);
    batch.end += bytes;
    this.waitingBytes += bytes;
    return true;
  }

  /** Sends what the credit allows. With nothing in flight one message may leave whatever the credit: so it cannot stand still. */
  flush(): void {
    while (this.waiting.length > 0) {
      const { end } = this.waiting[0]!;
      if (this.inFlightBytes > 0 && this.sentBytes + end > this.credit) return;
      const { buffer } = this.waiting.shift()!;
      this.waitingBytes -= end - HEAD_BYTES;
      this.hasSentLast = this.isEnding && this.waiting.length === 0;
      this.send(buffer.subarray(0, end));
    }
  }

  /** Nothing more is taken; the last message that leaves says so. */
  end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    if (this.waiting.length === 0) this.waiting.push(emptyBatch(0));
  }

  /** Sends a message without a frame. */
  open(): void {
    this.send(Buffer.alloc(HEAD_BYTES));
  }

  /** The peer has all messages up to `number` and allows `credit` bytes in all. What is older than known changes nothing. */
  acknowledge(number: number, credit: number): void {
    if (credit > this.credit) this.credit = credit;
    let count = 0;
    for (; this.unacknowledged[count] && this.unacknowledged[count]!.number <= number; count++) {
      this.inFlightBytes -= this.unacknowledged[count]!.message.length;
    }
    if (count > 0) this.unacknowledged.splice(0, count);
  }

  /** Calls `again` with every message that the peer has not said it has, in order. */
  resend(again: (message: Buffer) => void): void {
    for (const { message } of this.unacknowledged) again(message);
  }

  clear(): void {
    this.waiting.length = this.unacknowledged.length = 0;
    this.waitingBytes = this.inFlightBytes = 0;
  }

  private send(message: Buffer): void {
    const number = ++this.sentNumber;
    this.sentBytes += message.length;
    this.inFlightBytes += message.length;
    this.unacknowledged.push({ number, message });
    this.options.transmit(message, number, this.hasSentLast);
  }

  private batchFor(bytes: number): Batch {
    const last = this.waiting.at(-1);
    if (!last || last.end - HEAD_BYTES + bytes > MAX_BATCH_BYTES) {
      const batch = emptyBatch(bytes);
      this.waiting.push(batch);
      return batch;
    }
    if (last.end + bytes > last.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(last.end + bytes, GROWTH * last.buffer.length));
      last.buffer.copy(grown, 0, 0, last.end);
      last.buffer = grown;
    }
    return last;
  }
}

function emptyBatch(bytes: number): Batch {
  return { buffer: Buffer.allocUnsafe(HEAD_BYTES + bytes), end: HEAD_BYTES };
}
