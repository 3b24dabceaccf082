import {
  MessageTooLargeError,
  type Clock,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type TransportHost,
} from '@noex/contracts';
import type { FrameReceiver, FrameStream } from './framed-socket.js';
import { Liveness } from './liveness.js';

export interface TcpConnectionOptions {
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  readonly socket: FrameStream;
  readonly clock: Clock;
  readonly host: TransportHost;
  readonly maxFrameBytes: number;
  /** Called once, before the host hears of it. */
  down(connection: TcpConnection, reason: NodeDownReason): void;
  oversized(connection: TcpConnection, length: number): void;
}

/** A peer that passed the handshake. */
export class TcpConnection implements PeerConnection, FrameReceiver {
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  readonly liveness: Liveness;
  /** Set once this side ends the connection: from then on nothing is sent, and what arrives is dropped. */
  private reason: NodeDownReason | undefined;
  private isDown = false;
  private isSilent = false;
  private markGone!: () => void;
  /** Resolves when the socket is gone. */
  readonly gone = new Promise<void>((resolve) => (this.markGone = resolve));

  constructor(private readonly options: TcpConnectionOptions) {
    const { peer, features, socket, clock } = options;
    this.peer = peer;
    this.features = features;
    this.liveness = new Liveness({
      clock,
      bytesRead: () => socket.bytesRead,
      ping: () => socket.ping(),
      dead: () => this.close('heartbeat_timeout'),
    });
  }

  get queuedBytes(): number {
    return this.options.socket.queuedBytes;
  }

  send(frame: Uint8Array): boolean {
    const { maxFrameBytes, socket } = this.options;
    if (frame.length > maxFrameBytes) {
      throw new MessageTooLargeError(
        `a frame of ${frame.length} bytes exceeds the limit of ${maxFrameBytes}; send less, or raise maxFrameBytes on every node`,
        { bytes: frame.length, maxFrameBytes },
      );
    }
    return this.reason === undefined && socket.send(frame);
  }

  close(reason: NodeDownReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    // A peer that answers no heartbeat does not read what is queued either: waiting for it would only delay the news.
    if (reason === 'heartbeat_timeout') this.options.socket.cut();
    else this.options.socket.end();
  }

  /** Ends at once for the host, because another connection takes over; the socket still flushes. */
  supersede(): void {
    this.reason ??= 'connection_closed';
    this.fallDown();
    this.options.socket.end();
  }

  /** Ends with a flush; the host hears nothing more of it. */
  silence(): void {
    this.isSilent = true;
    this.close('graceful_shutdown');
  }

  frame(frame: Uint8Array): void {
    if (this.reason === undefined) this.options.host.frame(this, frame);
  }

  writable(): void {
    if (this.reason === undefined) this.options.host.writable(this);
  }

  oversized(length: number): void {
    this.options.oversized(this, length);
  }

  closed(): void {
    this.reason ??= 'connection_closed';
    this.fallDown();
    this.markGone();
  }

  private fallDown(): void {
    if (this.isDown) return;
    this.isDown = true;
    this.liveness.stop();
    this.options.down(this, this.reason!);
    if (!this.isSilent) this.options.host.peerDown(this, this.reason!);
  }
}
