import type { NodeIdentity, PeerIdentity, RefusalCode } from '@noex/contracts';
import { parseHostPort } from './address.js';

/** Largest frame before admission, in bytes: a stranger cannot make a node hold more. */
export const MAX_HANDSHAKE_FRAME_BYTES = 16 * 1024;

/** How a node presents itself. `features` are names of optional abilities; unknown ones are ignored. */
export type Hello = NodeIdentity &
  PeerIdentity & { readonly kind: 'hello'; readonly features: readonly string[] };

export type HandshakeMessage =
  | Hello
  /** The node with the greater id has no objection. */
  | { readonly kind: 'ready' }
  /** The node with the smaller id has none either: the connection is up. */
  | { readonly kind: 'accept' }
  | { readonly kind: 'refuse'; readonly code: RefusalCode; readonly message: string };

const MAGIC = Buffer.from('NOEX');
const MAX_NAME = 255;
const MAX_FEATURES = 64;
const REFUSAL_CODES: Record<RefusalCode, true> = {
  wrong_secret: true,
  wrong_certificate: true,
  cluster_name: true,
  protocol_version: true,
  self: true,
  name_taken: true,
  name_contested: true,
  stale_incarnation: true,
  duplicate: true,
  not_noex: true,
};

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
    case 'hello':
      return readHello(fields);
    case 'ready':
    case 'accept':
      return { kind: fields.kind };
    case 'refuse':
      return readRefusal(fields);
    default:
      return undefined;
  }
}

/** Text of a stranger as it may stand in a log line: one line, no control characters, bounded. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}]/gu, '?').slice(0, 500);
}

function readHello(fields: Record<string, unknown>): Hello | undefined {
  const { id, incarnation, clusterName, address, features, protocol } = fields;
  const { major, minor } = (protocol ?? {}) as Record<string, unknown>;
  if (!isName(id) || !isName(clusterName) || !isCount(incarnation) || !isCount(major) || !isCount(minor))
    return undefined;
  if (!isName(address) || !parseHostPort(address)) return undefined;
  return {
    kind: 'hello',
    id,
    incarnation,
    clusterName,
    address,
    protocol: { major, minor },
    features: Array.isArray(features) ? features.filter(isName).slice(0, MAX_FEATURES) : [],
  };
}

function readRefusal({ code, message }: Record<string, unknown>): HandshakeMessage | undefined {
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  // A code this version does not know comes from a newer one.
  const known = Object.hasOwn(REFUSAL_CODES, code) ? (code as RefusalCode) : 'protocol_version';
  return { kind: 'refuse', code: known, message: printable(message) };
}

function isName(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME && printable(value) === value
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
