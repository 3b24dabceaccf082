import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import {
  PROTOCOL_VERSION,
  type NodeDownReason,
  type PeerConnection,
  type TransportHost,
} from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { MAC_BYTES } from './keyring.js';
import type { Courier } from './courier.js';
import { Session } from './session.js';
import { addressOf } from './subjects.js';

/** A message on its way, which a test may deliver, lose, repeat, change or keep for later. */
export interface UnderWay {
  readonly to: 'a' | 'b';
  readonly message: Buffer;
}

/** One side of a session, and what its host was told. */
export class Side {
  session!: Session;
  readonly frames: Buffer[] = [];
  readonly events: string[] = [];
  readonly dropped: string[] = [];
  /** Whether the server is reached. */
  isUp = true;
  bounced: (() => void) | undefined;
  onFrame: ((frame: Uint8Array) => void) | undefined;

  readonly courier: Courier;
  readonly host: TransportHost;

  constructor(
    readonly id: 'a' | 'b',
    publish: (message: Uint8Array) => void,
  ) {
    const isUp = () => this.isUp;
    this.courier = {
      get isUp() {
        return isUp();
      },
      publish: (_, message) => publish(message),
      publishExpecting: (_, message, bounced) => {
        this.bounced = bounced;
        publish(message);
      },
    };
    this.host = {
      self: { id, incarnation: 1, clusterName: 'shop', protocol: PROTOCOL_VERSION },
      peerUp: () => void this.events.push('up'),
      peerDown: (_: PeerConnection, reason: NodeDownReason) => void this.events.push(`down ${reason}`),
      frame: (_, frame) => {
        this.frames.push(Buffer.from(frame));
        this.onFrame?.(frame);
      },
      writable: () => void this.events.push('writable'),
    };
  }
}

export interface PairOptions {
  readonly windowBytes?: number;
  readonly maxFrameBytes?: number;
  readonly maxQueuedBytes?: number;
  readonly admits?: boolean;
}

/** Both ends of one session, with the test as the server between them. `a` has made the offer. */
export class SessionPair {
  readonly clock = new VirtualClock();
  readonly underWay: UnderWay[] = [];
  readonly a = new Side('a', (message) => this.publish('b', message));
  readonly b = new Side('b', (message) => this.publish('a', message));

  constructor(options: PairOptions = {}) {
    const {
      windowBytes = 2 ** 16,
      maxFrameBytes = 2 ** 14,
      maxQueuedBytes = 2 ** 16,
      admits = true,
    } = options;
    const [toB, toA] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];
    const create = (own: Side, other: Side, sendKey: KeyObject, receiveKey: KeyObject) =>
      new Session({
        id: 7,
        sendKey,
        receiveKey,
        peer: {
          id: other.id,
          incarnation: 1,
          address: addressOf({ clusterName: 'shop', id: other.id, incarnation: 1 }),
        },
        features: new Set(),
        credit: windowBytes,
        host: own.host,
        courier: own.courier,
        clock: this.clock,
        maxFrameBytes,
        maxQueuedBytes,
        windowBytes: () => windowBytes,
        admit: () => admits,
        down: () => {},
        dropped: (reason) => void own.dropped.push(reason),
      });
    this.a.session = create(this.a, this.b, toB, toA);
    this.b.session = create(this.b, this.a, toA, toB);
  }

  side(id: 'a' | 'b'): Side {
    return id === 'a' ? this.a : this.b;
  }

  /** A pair that is up on both sides, with nothing under way. */
  static async up(options?: PairOptions): Promise<SessionPair> {
    const pair = new SessionPair(options);
    pair.a.session.begin();
    await pair.settle();
    return pair;
  }

  /** The first message under way arrives, as it is or as it is given. */
  deliver(changed?: Buffer): void {
    const first = this.underWay.shift();
    if (first && this.side(first.to).isUp) this.side(first.to).session.receive(changed ?? first.message);
  }

  /** Everything arrives, and what that causes, until all is quiet. */
  async settle(): Promise<void> {
    do {
      await Promise.resolve();
      while (this.underWay.length > 0) this.deliver();
      await Promise.resolve();
    } while (this.underWay.length > 0);
  }

  private publish(to: 'a' | 'b', message: Uint8Array): void {
    // As the client does: what is published is on its way before the sender goes on.
    this.underWay.push({ to, message: Buffer.from(message) });
  }
}

/** The message with one bit changed, in its seal or before or behind it. */
export function tampered(message: Buffer, at: number): Buffer {
  const copy = Buffer.from(message);
  copy[at % copy.length]! ^= 1 << (MAC_BYTES % 8);
  return copy;
}
