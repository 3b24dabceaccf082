import type { Clock, TimerHandle } from '@noex/contracts';
import type { FrameReceiver, FrameStream } from './framed-socket.js';
import type { Handshake, HandshakeResult } from './handshake.js';
import { decodeMessage, encodeMessage, type HandshakeMessage } from './handshake-messages.js';
import { recogniseStranger } from './stranger.js';

export type SessionResult = HandshakeResult | { readonly kind: 'failed'; readonly error: Error };

export interface HandshakeSessionOptions {
  readonly socket: FrameStream;
  readonly handshake: Handshake;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Called once. The session has already ended the socket, unless the result is `up`. */
  done(result: SessionResult): void;
}

/** Carries a handshake over a socket, within its time. Whatever arrives, it costs the sender its connection and nothing else. */
export class HandshakeSession implements FrameReceiver {
  private readonly timer: TimerHandle;
  private isDone = false;

  constructor(
    private readonly options: HandshakeSessionOptions,
    /** What this side says first; a side that must not introduce itself says nothing. */
    greeting: HandshakeMessage | undefined,
  ) {
    const { socket, clock, timeoutMs } = options;
    this.timer = clock.setTimeout(() => {
      socket.cut();
      this.finish({ kind: 'failed', error: new Error(`no handshake within ${timeoutMs} ms`) });
    }, timeoutMs);
    socket.open(this);
    if (greeting) socket.send(encodeMessage(greeting));
  }

  /** Drops the connection; `done` is not called. */
  abort(): void {
    this.isDone = true;
    this.options.clock.clearTimeout(this.timer);
    this.options.socket.cut();
  }

  frame(frame: Uint8Array): void {
    if (this.isDone) return;
    const { send, result } = this.options.handshake.receive(decodeMessage(frame));
    if (send) this.options.socket.send(encodeMessage(send));
    if (!result) return;
    if (result.kind === 'refused') this.options.socket.end();
    this.finish(result);
  }

  oversized(length: number): void {
    this.finish({ kind: 'refused', by: 'us', refusal: recogniseStranger(length) });
  }

  writable(): void {}

  closed(error: Error | undefined): void {
    this.finish({
      kind: 'failed',
      error: error ?? new Error('the connection was closed during the handshake'),
    });
  }

  private finish(result: SessionResult): void {
    if (this.isDone) return;
    this.isDone = true;
    this.options.clock.clearTimeout(this.timer);
    this.options.done(result);
  }
}
