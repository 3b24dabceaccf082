import { isName, readHello, readRefusal, type Hello, type RefusalCode } from '@noex/contracts';
import { parseHostPort } from './address.js';

/** Largest frame before admission, in bytes: a stranger cannot make a node hold more. */
export const MAX_HANDSHAKE_FRAME_BYTES = 16 * 1024;

export type HelloMessage = Hello & { readonly kind: 'hello' };

export type HandshakeMessage =
  | HelloMessage
  /** The node with the greater id has no objection. */
  | { readonly kind: 'ready' }
  /** The node with the smaller id has none either: the connection is up. */
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly code: RefusalCode; readonly message: string };

const MAGIC = Buffer.from('NOEX');

/** JSON, so that every later version can still read why it is refused. */
export function encodeMessage(message: HandshakeMessage): Uint8Array {
  return Buffer.concat([MAGIC, Buffer.from(JSON.stringify(message))]);
}

/** `undefined` for anything that is not a well-formed message: the bytes come from strangers. */
export function decodeMessage(frame: Uint8Array): HandshakeMessage | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < MAGIC.length || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8', MAGIC.length));
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  switch (fields.kind) {
    case 'hello': {
      const hello = readHello(fields, (address) => isName(address) && parseHostPort(address) !== undefined);
      return hello && { kind: 'hello', ...hello };
    }
    case 'ready':
    case 'accept':
      return { kind: fields.kind };
    case 'refuse': {
      const refusal = readRefusal(fields);
      return refusal && { kind: 'refuse', ...refusal };
    }
    default:
      return undefined;
  }
}
