import { isMac, MAC_BYTES, macOf, type ClusterKey } from './keyring.js';

/** `N`: no message of a session begins so. */
const MARK = 0x4e;
const HEAD_BYTES = 2;
const ID_BYTES = 8;
const SEAL_BYTES = ID_BYTES + MAC_BYTES;
const MAX_SEALS = 16;

export type Opened =
  | { readonly kind: 'open'; readonly body: Buffer; readonly keys: readonly string[] }
  /** Sealed with other secrets, tampered with, or sealed for another subject. */
  | { readonly kind: 'forged'; readonly body: Buffer }
  | { readonly kind: 'unreadable' };

export function isEnvelope(bytes: Uint8Array): boolean {
  return bytes[0] === MARK;
}

/** Seals a message outside of sessions: once for every accepted secret, and for the one subject it is sent to. */
export function seal(keys: readonly ClusterKey[], subject: string, body: Uint8Array): Buffer {
  const head = Buffer.from(subject);
  const seals = keys.flatMap(({ id, key }) => [Buffer.from(id, 'hex'), macOf(key, head, body)]);
  return Buffer.concat([Buffer.from([MARK, keys.length]), ...seals, body]);
}

/** By it a message is known again, without being opened. */
export function firstSeal(message: Uint8Array): string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return bytes.toString('latin1', 0, HEAD_BYTES + SEAL_BYTES);
}

/** `keys` of the result: the ids of all secrets that the sender has, in its order, as far as they are held here. */
export function open(keys: readonly ClusterKey[], subject: string, message: Uint8Array): Opened {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const count = bytes[1] ?? 0;
  const at = HEAD_BYTES + count * SEAL_BYTES;
  if (!isEnvelope(bytes) || count === 0 || count > MAX_SEALS || at > bytes.length)
    return { kind: 'unreadable' };
  const head = Buffer.from(subject);
  const body = bytes.subarray(at);
  const valid: string[] = [];
  for (let seal = HEAD_BYTES; seal < at; seal += SEAL_BYTES) {
    const id = bytes.toString('hex', seal, seal + ID_BYTES);
    const held = keys.find((key) => key.id === id);
    if (held && isMac(bytes.subarray(seal + ID_BYTES, seal + SEAL_BYTES), held.key, head, body))
      valid.push(id);
  }
  return valid.length > 0 ? { kind: 'open', body, keys: valid } : { kind: 'forged', body };
}
