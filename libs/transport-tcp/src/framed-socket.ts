import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '@noex/contracts';
import { FrameSplitter, HEADER_BYTES } from './frame-splitter.js';
import { WriteBuffers } from './write-buffers.js';

/** How long an ended socket may take to hand over what it holds, before it is cut. */
export const FLUSH_MS = 1_000;

/** Headers without a body: they ask for a sign of life, and give one. */
const PING = 0xffff_ffff;
const PONG = 0xffff_fffe;

export interface FrameReceiver {
  /** One whole frame, valid until this returns. */
  frame(frame: Uint8Array): void;
  /** After a refused `send`: there is room again. */
  writable(): void;
  /** The other side announced a frame beyond the limit. The socket is ending. */
  oversized(length: number): void;
  /** The socket is gone. Called once, last. */
  closed(error: Error | undefined): void;
}

export interface FramedSocketLimits {
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
}

/** What carries frames between two nodes: a `FramedSocket`, or what stands for one in a simulation. */
export type FrameStream = Pick<
  FramedSocket,
  'open' | 'handOver' | 'queuedBytes' | 'bytesRead' | 'send' | 'ping' | 'end' | 'cut'
>;

/** Frames over one connected socket, with a bounded outbound buffer. Knows nothing of who is at the other end. */
export class FramedSocket {
  private readonly splitter: FrameSplitter;
  private receiver!: FrameReceiver;
  private readonly maxQueuedBytes: number;
  private readonly buffers = new WriteBuffers();
  private refused = false;
  private ending = false;
  /** Strangers get no answer to a ping. */
  private isAdmitted = false;
  private isClosed = false;
  private error: Error | undefined;
  private cutTimer: TimerHandle | undefined;

  constructor(
    private readonly socket: Socket,
    limits: FramedSocketLimits,
    private readonly clock: Clock,
  ) {
    this.maxQueuedBytes = limits.maxQueuedBytes;
    this.splitter = new FrameSplitter(
      limits.maxFrameBytes,
      (frame) => this.receiver.frame(frame),
      (length) => {
        this.end();
        this.receiver.oversized(length);
      },
      (length) => this.isAdmitted && this.readSign(length),
    );
  }

  /** Begins to read. */
  open(receiver: FrameReceiver): void {
    this.receiver = receiver;
    const { socket } = this;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.splitter.push(chunk));
    // The other side has finished: nothing more comes, and it may no longer read, so what is queued gets a bounded time.
    socket.on('end', () => this.end());
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => this.finish());
    // It stands still when its first bytes were looked at before.
    socket.resume();
    // The socket may have died between its connection and now, when nobody listened.
    if (socket.destroyed) process.nextTick(() => this.finish());
  }

  /** Gives the frames that follow to another receiver, under another limit. */
  handOver(receiver: FrameReceiver, maxFrameBytes: number): void {
    this.receiver = receiver;
    this.splitter.maxFrameBytes = maxFrameBytes;
    this.isAdmitted = true;
  }

  /** Bytes accepted that the operating system has not taken yet. */
  get queuedBytes(): number {
    return this.socket.writableLength;
  }

  /** Grows with whatever the other side sends, a part of a frame included. */
  get bytesRead(): number {
    return this.socket.bytesRead;
  }

  /** Has the other side's transport send something, so that `bytesRead` grows if it lives. */
  ping(): void {
    this.sendSign(PING);
  }

  /** Copies the frame and takes it, or returns `false`: no room, or ending. An empty buffer takes any frame. */
  send(frame: Uint8Array): boolean {
    const { socket } = this;
    if (this.ending || !socket.writable) return false;
    const bytes = HEADER_BYTES + frame.length;
    const queued = socket.writableLength;
    if (queued > 0 && queued + bytes > this.maxQueuedBytes) {
      this.refused = true;
      return false;
    }
    const buffer = this.buffers.take(bytes);
    buffer.writeUInt32BE(frame.length, 0);
    buffer.set(frame, HEADER_BYTES);
    socket.write(buffer, () => {
      this.buffers.give(buffer);
      this.flushed();
    });
    return true;
  }

  /** Hands over what was accepted, then closes; reads nothing more. Bounded by `FLUSH_MS`. */
  end(): void {
    if (this.ending) return;
    this.ending = true;
    this.splitter.stop();
    this.socket.end();
    this.cutTimer = this.clock.setTimeout(() => this.socket.destroy(), FLUSH_MS);
  }

  /** Closes now and drops what is queued. */
  cut(): void {
    this.ending = true;
    this.splitter.stop();
    this.socket.destroy();
  }

  private readSign(length: number): boolean {
    if (length !== PING && length !== PONG) return false;
    // What is queued is a sign of life as well, and so nobody can make answers pile up.
    if (length === PING && this.socket.writableLength === 0) this.sendSign(PONG);
    return true;
  }

  private sendSign(sign: number): void {
    if (this.ending || !this.socket.writable) return;
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32BE(sign, 0);
    this.socket.write(header);
  }

  // The write callback rather than 'drain': it comes as soon as there is room, and whatever the socket's own water mark is.
  private flushed(): void {
    if (!this.refused || this.ending || !this.socket.writable) return;
    if (this.socket.writableLength > this.maxQueuedBytes / 2) return;
    this.refused = false;
    this.receiver.writable();
  }

  private finish(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.ending = true;
    if (this.cutTimer !== undefined) this.clock.clearTimeout(this.cutTimer);
    this.receiver.closed(this.error);
  }
}
