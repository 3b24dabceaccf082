import type { KeyObject } from 'node:crypto';
import {
  MessageTooLargeError,
  type Clock,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type TimerHandle,
  type TransportHost,
} from '@noex/contracts';
import type { Courier } from './courier.js';
import { MessageKind, openMessage, readFrames, readSent } from './message.js';
import { ReceiveWindow } from './receive-window.js';
import { SealedMessages } from './sealed-messages.js';
import { SendQueue } from './send-queue.js';
import { SignOfLife } from './sign-of-life.js';

/** How long a session that ends may take to hand over what it holds, in ms. */
export const FLUSH_MS = 1_000;
/**
 * Looks after which a peer that acknowledges nothing is probed, at first and at most. Whatever it sends acknowledges as well, so among
 * nodes with heartbeats it is seldom needed.
 */
const FIRST_LOOKS = 4;
const MOST_LOOKS = 16;

export interface SessionOptions {
  readonly id: number;
  readonly sendKey: KeyObject;
  readonly receiveKey: KeyObject;
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  /** What the peer lets this side send before it has said anything more. */
  readonly credit: number;
  readonly host: TransportHost;
  readonly courier: Courier;
  readonly clock: Clock;
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  /** Bytes that the peer may send ahead. */
  windowBytes(): number;
  /** The peer's first message came: whether the session may begin. Afterwards the host knows of it. */
  admit(session: Session): boolean;
  /** Called once, before the host hears of it. */
  down(session: Session, reason: NodeDownReason): void;
  /** Something came that makes no difference, and is to be counted. */
  dropped(reason: 'forged' | 'repeated' | 'ahead' | 'malformed', session: Session): void;
}

/** A connection to one life of a peer: numbered, sealed messages over subjects that promise nothing. */
export class Session implements PeerConnection {
  readonly peer: PeerIdentity;
  readonly features: ReadonlySet<string>;
  readonly liveness: SignOfLife;
  private readonly outbound: SendQueue;
  private readonly inbound: ReceiveWindow;
  private readonly messages: SealedMessages;
  private isAdmitted = false;
  private isDown = false;
  private isSilent = false;
  private isRefusing = false;
  private isFlushAsked = false;
  /** Set once this side ends the session: from then on nothing is taken, and what arrives is dropped. */
  private reason: NodeDownReason | undefined;
  private flushTimer: TimerHandle | undefined;
  private peerControls = 0;
  private sentAtLastLook = 0;
  private quietLooks = 0;
  private looksToProbe = FIRST_LOOKS;
  private markGone!: () => void;
  /** Resolves when it has ended. */
  readonly gone = new Promise<void>((resolve) => (this.markGone = resolve));

  constructor(private readonly options: SessionOptions) {
    const { peer, features, credit, maxQueuedBytes, clock } = options;
    this.peer = peer;
    this.features = features;
    this.inbound = new ReceiveWindow(() => options.windowBytes());
    this.messages = new SealedMessages({
      id: options.id,
      sendKey: options.sendKey,
      subject: sessionSubject(peer.address),
      courier: options.courier,
      inbound: this.inbound,
    });
    this.outbound = new SendQueue({
      credit,
      maxQueuedBytes,
      transmit: (message, number, isLast) =>
        this.messages.publish(isLast ? MessageKind.Last : MessageKind.Data, message, number),
    });
    this.liveness = new SignOfLife({
      clock,
      ask: (bounced) => this.messages.probeExpecting(this.outbound.sent, bounced),
      dead: (reason) => this.cut(reason),
    });
  }

  get id(): number {
    return this.options.id;
  }

  get hasEnded(): boolean {
    return this.isDown;
  }

  get queuedBytes(): number {
    return this.outbound.queuedBytes;
  }

  // --- what the host does ---

  send(frame: Uint8Array): boolean {
    const { maxFrameBytes } = this.options;
    if (frame.length > maxFrameBytes) {
      throw new MessageTooLargeError(
        `a frame of ${frame.length} bytes exceeds the limit of ${maxFrameBytes}; send less, or raise maxFrameBytes on every node`,
        { bytes: frame.length, maxFrameBytes },
      );
    }
    if (this.reason !== undefined) return false;
    if (!this.outbound.push(frame)) {
      this.isRefusing = true;
      return false;
    }
    this.flushSoon();
    return true;
  }

  close(reason: NodeDownReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    // A peer that answers no heartbeat does not read what is queued either: waiting for it would only delay the news.
    if (reason === 'heartbeat_timeout') return queueMicrotask(() => this.cut());
    this.flushTimer = this.options.clock.setTimeout(() => this.cut(), FLUSH_MS);
    this.outbound.end();
    this.flushSoon();
  }

  // --- what the transport does ---

  /** This side is up: the message that says so is the peer's proof that the handshake was no replay. */
  begin(): void {
    this.isAdmitted = true;
    this.outbound.open();
  }

  /** Ends at once, as when the peer knows nothing of it. */
  cut(reason: NodeDownReason = 'connection_closed'): void {
    this.reason ??= reason;
    if (!this.isDown) this.messages.control(MessageKind.Closed);
    this.fallDown();
  }

  supersede(): void {
    this.cut();
  }

  /** Ends with a flush; the host hears nothing more of it. */
  silence(): void {
    this.isSilent = true;
    this.close('graceful_shutdown');
  }

  /** The server is reached again: whatever was under way either way may be lost. */
  reconnected(): void {
    if (this.isDown) return;
    this.messages.control(MessageKind.Resend);
    this.outbound.resend((message) => this.messages.again(message));
    this.flush();
  }

  /** To be called now and then: asks about messages that have gone unacknowledged since the last look. */
  look(): void {
    if (this.isDown || !this.options.courier.isUp) return;
    if (this.outbound.acknowledged >= this.sentAtLastLook) {
      this.quietLooks = 0;
      this.looksToProbe = FIRST_LOOKS;
    } else if (++this.quietLooks >= this.looksToProbe || this.queuedBytes > 0) {
      this.quietLooks = 0;
      // Ever more seldom: what is late because there is too much to do does not come sooner for being asked about.
      this.looksToProbe = Math.min(2 * this.looksToProbe, MOST_LOOKS);
      this.messages.probe(this.outbound.sent);
    }
    this.sentAtLastLook = this.outbound.sent;
  }

  /** A message that says that it belongs to this session. */
  receive(message: Buffer): void {
    const head = openMessage(message, this.options.receiveKey);
    if (!head) return this.options.dropped('forged', this);
    // A peer that missed the end of it, or that reached this side too late.
    if (this.isDown)
      return void (head.kind !== MessageKind.Closed && this.messages.control(MessageKind.Closed));
    this.liveness.seen();
    if (!this.isAdmitted) {
      if (!this.options.admit(this)) return this.cut();
      this.isAdmitted = true;
      this.options.host.peerUp(this);
    }
    this.outbound.acknowledge(head.ack, head.credit);
    if (head.kind === MessageKind.Data || head.kind === MessageKind.Last)
      this.take(message, head.kind, head.number);
    else this.obey(message, head.kind, head.number);
    if (!this.isDown) this.flush();
  }

  private take(message: Buffer, kind: MessageKind, number: number): void {
    const arrival = this.inbound.arrive(number, message.length, this.options.clock.now());
    if (arrival === 'next') {
      if (!readFrames(message, this.hand)) {
        this.options.dropped('malformed', this);
        return this.cut();
      }
      if (kind === MessageKind.Last) this.cut();
      else if (this.inbound.owesNews) this.messages.control(MessageKind.Ack);
      return;
    }
    this.options.dropped(arrival === 'repeated' ? 'repeated' : 'ahead', this);
    if (arrival === 'ahead') this.messages.control(MessageKind.Resend);
    // Whoever repeats does not know what is here.
    else if (arrival === 'repeated' && this.inbound.hasNews) this.messages.control(MessageKind.Ack);
  }

  private readonly hand = (frame: Buffer): void => {
    if (this.reason === undefined) this.options.host.frame(this, frame);
  };

  private obey(message: Buffer, kind: MessageKind, number: number): void {
    if (kind === MessageKind.Closed) {
      this.reason ??= 'connection_closed';
      return this.fallDown();
    }
    // An old one, played again by somebody else, would only cost.
    if (number <= this.peerControls) return;
    this.peerControls = number;
    if (kind === MessageKind.Resend) {
      this.outbound.resend((message) => this.messages.again(message));
    } else if (kind === MessageKind.Probe) {
      const isBehind = readSent(message) > this.inbound.received;
      this.messages.control(isBehind ? MessageKind.Resend : MessageKind.Ack);
    }
  }

  private flushSoon(): void {
    if (this.isFlushAsked) return;
    this.isFlushAsked = true;
    queueMicrotask(() => {
      this.isFlushAsked = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.isDown || !this.isAdmitted || !this.options.courier.isUp) return;
    this.outbound.flush();
    if (!this.isRefusing || this.reason !== undefined) return;
    if (this.outbound.queuedBytes > this.options.maxQueuedBytes / 2) return;
    this.isRefusing = false;
    this.options.host.writable(this);
  }

  private fallDown(): void {
    if (this.isDown) return;
    this.isDown = true;
    this.options.clock.clearTimeout(this.flushTimer);
    this.liveness.stop();
    this.outbound.clear();
    this.options.down(this, this.reason!);
    if (this.isAdmitted && !this.isSilent) this.options.host.peerDown(this, this.reason!);
    this.markGone();
  }
}

/** Where a node reads the messages of its sessions. */
export function sessionSubject(address: string): string {
  return `${address}.s`;
}
