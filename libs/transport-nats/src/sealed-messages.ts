import type { KeyObject } from 'node:crypto';
import type { Courier } from './courier.js';
import { encodeSent, HEAD_BYTES, MessageKind, sealMessage } from './message.js';
import type { ReceiveWindow } from './receive-window.js';

export interface SealedMessagesOptions {
  readonly id: number;
  readonly sendKey: KeyObject;
  /** Where the peer reads the messages of its sessions. */
  readonly subject: string;
  readonly courier: Courier;
  /** Every message says what has come, and what the peer may send in all. */
  readonly inbound: ReceiveWindow;
}

/** What one side of a session says: each message with a number of its kind, under a seal of the session and the direction. */
export class SealedMessages {
  /** Messages without frames, which have numbers of their own, so that an old one is known. */
  private controls = 0;

  constructor(private readonly options: SealedMessagesOptions) {}

  control(kind: MessageKind): void {
    this.publish(kind, Buffer.alloc(HEAD_BYTES), ++this.controls);
  }

  publish(kind: MessageKind, message: Buffer, number: number): void {
    this.seal(kind, message, number);
    const { courier, subject } = this.options;
    if (courier.isUp) courier.publish(subject, message);
  }

  /** Asks the peer whether it has got all that was `sent`. */
  probe(sent: number): void {
    this.options.courier.publish(this.options.subject, this.sealProbe(sent));
  }

  /** The same, and calls `bounced` where nobody reads. */
  probeExpecting(sent: number, bounced: () => void): void {
    this.options.courier.publishExpecting(this.options.subject, this.sealProbe(sent), bounced);
  }

  /** A message that was sealed before and may be lost, as it was. */
  again(message: Uint8Array): void {
    this.options.courier.publish(this.options.subject, message);
  }

  private sealProbe(sent: number): Buffer {
    const message = encodeSent(sent);
    this.seal(MessageKind.Probe, message, ++this.controls);
    return message;
  }

  private seal(kind: MessageKind, message: Buffer, number: number): void {
    const { id: session, sendKey, inbound } = this.options;
    const { received: ack, credit } = inbound;
    sealMessage(message, { kind, session, number, ack, credit }, sendKey);
    inbound.told();
  }
}
