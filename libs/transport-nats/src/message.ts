import type { KeyObject } from 'node:crypto';
import { isMac, MAC_BYTES, macOf } from './keyring.js';

/** What a message of a session is. Everything but `Data` may be lost or come twice without harm. */
export const MessageKind = {
  /** Frames, numbered. */
  Data: 1,
  /** The same, and nothing comes after them: the sender ends the session once it is told that they are here. */
  Last: 2,
  /** Says only what the head of every message says: what is here, and how much may be sent. */
  Ack: 3,
  /** Asks for all messages beyond the acknowledged one again. */
  Resend: 4,
  /** Asks for an `Ack`, or a `Resend` where this side lacks what the body says was sent. */
  Probe: 5,
  /** The sender has ended the session. */
  Closed: 6,
} as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

// Numbers of 48 bits: at a million messages a second they last for nine years.
const NUMBER_BYTES = 6;
const SESSION_AT = 1;
const NUMBER_AT = SESSION_AT + NUMBER_BYTES;
const ACK_AT = NUMBER_AT + NUMBER_BYTES;
const CREDIT_AT = ACK_AT + NUMBER_BYTES;
const MAC_AT = CREDIT_AT + NUMBER_BYTES;
/** What stands before the frames: kind, session, number, acknowledged number, credit, seal. */
export const HEAD_BYTES = MAC_AT + MAC_BYTES;
/** What stands before each frame: its length. */
export const FRAME_HEAD_BYTES = 4;

export interface Head {
  readonly kind: MessageKind;
  readonly session: number;
  /** Of `Data` and `Last`: the message's place in its direction, from 1. Of the others: a count of them, so that an old one is known. */
  readonly number: number;
  /** The last message that the sender got in order. */
  readonly ack: number;
  /** Bytes that the receiver may send in all, from the session's first message on. */
  readonly credit: number;
}

/** Fills in the first `HEAD_BYTES` of a message whose body is complete. */
export function sealMessage(
  message: Buffer,
  { kind, session, number, ack, credit }: Head,
  key: KeyObject,
): void {
  message[0] = kind;
  message.writeUIntBE(session, SESSION_AT, NUMBER_BYTES);
  message.writeUIntBE(number, NUMBER_AT, NUMBER_BYTES);
  message.writeUIntBE(ack, ACK_AT, NUMBER_BYTES);
  message.writeUIntBE(credit, CREDIT_AT, NUMBER_BYTES);
  macOf(key, message.subarray(0, MAC_AT), message.subarray(HEAD_BYTES)).copy(message, MAC_AT);
}

/** The session that a message says it belongs to; `undefined` where it cannot be a message of a session. */
export function sessionOf(message: Buffer): number | undefined {
  const isMessage = message.length >= HEAD_BYTES && message[0]! >= 1 && message[0]! <= MessageKind.Closed;
  return isMessage ? message.readUIntBE(SESSION_AT, NUMBER_BYTES) : undefined;
}

/** `undefined` where the seal is not of this key. The message has passed `sessionOf`. */
export function openMessage(message: Buffer, key: KeyObject): Head | undefined {
  const mac = message.subarray(MAC_AT, HEAD_BYTES);
  if (!isMac(mac, key, message.subarray(0, MAC_AT), message.subarray(HEAD_BYTES))) return undefined;
  return {
    kind: message[0] as MessageKind,
    session: message.readUIntBE(SESSION_AT, NUMBER_BYTES),
    number: message.readUIntBE(NUMBER_AT, NUMBER_BYTES),
    ack: message.readUIntBE(ACK_AT, NUMBER_BYTES),
    credit: message.readUIntBE(CREDIT_AT, NUMBER_BYTES),
  };
}

/** Calls `take` with each frame of a message. Returns false where the body is not made of whole frames. */
export function readFrames(message: Buffer, take: (frame: Buffer) => void): boolean {
  let at = HEAD_BYTES;
  while (at + FRAME_HEAD_BYTES <= message.length) {
    const begin = at + FRAME_HEAD_BYTES;
    at = begin + message.readUInt32BE(at);
    if (at > message.length) return false;
    take(message.subarray(begin, at));
  }
  return at === message.length;
}

/** The body of a `Probe`. */
export function encodeSent(sent: number): Buffer {
  const message = Buffer.alloc(HEAD_BYTES + NUMBER_BYTES);
  message.writeUIntBE(sent, HEAD_BYTES, NUMBER_BYTES);
  return message;
}

export function readSent(message: Buffer): number {
  return message.length === HEAD_BYTES + NUMBER_BYTES ? message.readUIntBE(HEAD_BYTES, NUMBER_BYTES) : 0;
}
