import {
  MessageTooLargeError,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type TransportHost,
} from '@noex/contracts';
import type { Scheduler } from './scheduler.js';

/** How long a closing connection may take to hand over what it holds. */
const FLUSH_MS = 1_000;

export interface MemoryConnectionOptions {
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  readonly host: TransportHost;
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly scheduler: Scheduler;
  /** Whether what is sent here may arrive at the peer now. */
  delivers(): boolean;
  /** Called once, before the host hears of it. */
  down(connection: MemoryConnection, reason: NodeDownReason): void;
}

/** One side of a connection. Frames wait on the sender's side until the peer takes them. */
export class MemoryConnection implements PeerConnection {
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  private twin!: MemoryConnection;
  private queue: Uint8Array[] = [];
  private bytes = 0;
  private refused = false;
  private isPumping = false;
  /** Set once this side ends the connection: from then on nothing is sent, and what arrives is dropped. */
  private reason: NodeDownReason | undefined;
  private isDown = false;
  private isSilent = false;
  /** The other side has ended it, and the news is under way. */
  private isOrphan = false;
  private markGone!: () => void;
  readonly gone = new Promise<void>((resolve) => (this.markGone = resolve));

  constructor(private readonly options: MemoryConnectionOptions) {
    this.peer = options.peer;
    this.features = options.features;
  }

  static pair(a: MemoryConnectionOptions, b: MemoryConnectionOptions): [MemoryConnection, MemoryConnection] {
    const pair: [MemoryConnection, MemoryConnection] = [new MemoryConnection(a), new MemoryConnection(b)];
    [pair[0].twin, pair[1].twin] = [pair[1], pair[0]];
    return pair;
  }

  get queuedBytes(): number {
    return this.bytes;
  }

  send(frame: Uint8Array): boolean {
    const { maxFrameBytes, maxQueuedBytes } = this.options;
    if (frame.length > maxFrameBytes) {
      throw new MessageTooLargeError(
        `a frame of ${frame.length} bytes exceeds the limit of ${maxFrameBytes}; send less, or raise maxFrameBytes on every node`,
        { bytes: frame.length, maxFrameBytes },
      );
    }
    if (this.reason !== undefined) return false;
    if (this.bytes > 0 && this.bytes + frame.length > maxQueuedBytes) {
      this.refused = true;
      return false;
    }
    this.queue.push(Uint8Array.from(frame));
    this.bytes += frame.length;
    this.pumpSoon();
    return true;
  }

  close(reason: NodeDownReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    // A peer that answers no heartbeat does not read what is queued either.
    if (reason === 'heartbeat_timeout') this.drop();
    else this.options.scheduler.after(FLUSH_MS, () => this.finish());
    this.pumpSoon();
  }

  /** Ends with a flush; the host hears nothing more of it. */
  silence(): void {
    this.isSilent = true;
    this.close('graceful_shutdown');
  }

  /** It has ended, and this side does not hear of it before `recover`. */
  orphan(): void {
    this.isOrphan = true;
  }

  /** Ends at once for the host, without a flush. */
  sever(): void {
    this.reason ??= 'connection_closed';
    this.drop();
    this.fallDown();
  }

  /** The node of this side is dead: its host hears nothing, the peer sees the connection drop. */
  die(): void {
    this.isSilent = true;
    this.reason ??= 'connection_closed';
    this.finish();
  }

  /** Delivers what waits, and the news of the end; called again when a fault has gone. */
  pumpSoon(): void {
    if (this.isPumping || this.isDown) return;
    this.isPumping = true;
    this.options.scheduler.soon(() => {
      this.isPumping = false;
      this.pump();
    });
  }

  /** After a fault has gone: the other side may have ended the connection meanwhile. */
  recover(): void {
    if (this.isOrphan) return this.twin.tellTwin();
    this.pumpSoon();
    // A transport that is closing is in the network no more, and still has to flush.
    this.twin.pumpSoon();
  }

  private pump(): void {
    const { options, queue } = this;
    let taken = 0;
    // Frames that are sent while these are handed over wait for the next turn, as on a wire.
    const last = queue.length;
    while (taken < last && !this.isDown && options.delivers()) {
      const frame = queue[taken++]!;
      this.bytes -= frame.length;
      this.twin.receive(frame);
    }
    if (this.isDown) return;
    if (taken > 0) this.queue = this.queue.slice(taken);
    if (this.reason !== undefined) {
      if (this.queue.length === 0) this.finish();
      return;
    }
    if (this.refused && this.bytes <= options.maxQueuedBytes / 2) {
      this.refused = false;
      options.host.writable(this);
    }
    if (this.queue.length > 0 && options.delivers()) this.pumpSoon();
  }

  private receive(frame: Uint8Array): void {
    if (this.reason === undefined) this.options.host.frame(this, frame);
  }

  private drop(): void {
    this.queue = [];
    this.bytes = 0;
  }

  private finish(): void {
    if (this.isDown) return;
    this.drop();
    this.fallDown();
    this.twin.orphan();
    this.tellTwin();
  }

  private tellTwin(): void {
    // Across a blackhole the news does not arrive either.
    this.options.scheduler.soon(() => {
      if (this.options.delivers()) this.twin.sever();
    });
  }

  private fallDown(): void {
    if (this.isDown) return;
    this.isDown = true;
    this.options.down(this, this.reason!);
    if (!this.isSilent) this.options.host.peerDown(this, this.reason!);
    this.markGone();
  }
}
