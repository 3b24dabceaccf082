import type { PeerConnection } from '@noex/contracts';
import { FrameWriter } from '../wire/frame-writer.js';
import type { WaitingMessage } from '../wire/message-buffer.js';
import type { PayloadCodec } from '../wire/payload-codec.js';
import type { PeerLimits } from './peer-limits.js';

/**
 * Bytes that leave before the tick ends. With one more small message they fit into a record of TLS (16 KiB, RFC 8446, 5.1), so what was
 * written as one frame is read in one piece, and into buffers that a transport can keep for the next: calls of 1 KiB, 256 at a time,
 * take two thirds of the CPU that frames of 64 KiB take.
 */
const FLUSH_BYTES = 15 * 1024;
/** Messages that somebody waits for, of which so many leave at once. */
const EARLY_MESSAGES = 16;

export interface OutboxOwner {
  /** The tick ends and something may leave: last additions. */
  beforeFlush(): void;
  /** There may be more room than before. */
  flushed(): void;
}

/**
 * What waits to be sent to one peer. Messages written in one tick leave in one frame; what the transport refuses waits here, in
 * order. Urgent messages pass it: they leave before the next frame, also between the chunks of a large message.
 */
export class Outbox {
  readonly writer: FrameWriter;
  /** What the transport has taken. */
  framesSent = 0;
  bytesSent = 0;
  private readonly urgentWriter: FrameWriter;
  private flushRequested = false;
  /** Messages of this tick that somebody waits for. */
  private awaited = 0;
  private isBlocked = false;
  private isClosed = false;

  constructor(
    codec: PayloadCodec,
    private readonly limits: PeerLimits,
    private readonly connection: PeerConnection,
    private readonly owner: OutboxOwner,
  ) {
    this.writer = new FrameWriter(codec, limits.maxMessageBytes, limits.maxControlBytes);
    this.urgentWriter = new FrameWriter(codec, limits.maxFrameBytes);
  }

  /** Bytes that the transport has not taken. */
  get size(): number {
    return this.writer.size;
  }

  /** Bytes that wait because the transport takes no more, besides the large message it is being given; 0 while it takes what comes. */
  get backlog(): number {
    return this.isBlocked ? this.writer.behind : 0;
  }

  /** Bytes that the transport has taken since the start. */
  get passed(): number {
    return this.writer.passed;
  }

  /** Sends what was written at the end of the tick, or now if it is much. */
  request(): void {
    if (this.writer.size >= FLUSH_BYTES) {
      this.flush();
    } else if (!this.flushRequested) {
      this.flushRequested = true;
      setImmediate(this.flushAtEndOfTick);
    }
  }

  /**
   * The same after a message that somebody waits for. The first few of a tick leave at once where the way is free: else two nodes that
   * call each other take turns, one always waiting for all the other has to say (1.4 × the calls, 64 and 256 in flight).
   */
  requestSoon(): void {
    this.request();
    if (++this.awaited === EARLY_MESSAGES && this.connection.queuedBytes === 0) this.flush();
  }

  urgent(write: (writer: FrameWriter) => void): void {
    write(this.urgentWriter);
    this.request();
  }

  private readonly flushAtEndOfTick = (): void => {
    this.flushRequested = false;
    this.awaited = 0;
    this.owner.beforeFlush();
    this.flush();
  };

  /** Hands over what the transport takes; the rest waits for `unblock`. */
  flush(): void {
    const { urgentWriter, writer } = this;
    while (!this.isBlocked && !this.isClosed) {
      const from = urgentWriter.size > 0 ? urgentWriter : writer;
      if (from.size === 0) break;
      const frame = from.batch(this.limits.maxFrameBytes);
      if (!this.connection.send(frame)) {
        this.isBlocked = true;
        break;
      }
      this.framesSent++;
      this.bytesSent += frame.length;
      // Sending may have ended the connection.
      if (!this.isClosed) from.accept();
    }
    this.owner.flushed();
  }

  unblock(): void {
    this.isBlocked = false;
    this.flush();
  }

  /** Nothing leaves any more. Returns the messages that did not, or not to their last byte. */
  close(): WaitingMessage[] {
    this.isClosed = true;
    const unsent = [...this.writer.messages()];
    this.writer.clear();
    this.urgentWriter.clear();
    return unsent;
  }
}
