import type { NodeIdentity, PeerIdentity, RefusalCode } from '@noex/contracts';
import { addressOf } from './subjects.js';

/** How a node presents itself. */
export type Hello = NodeIdentity & PeerIdentity & { readonly features: readonly string[] };

/** What nodes say to each other outside of sessions. */
export type Greeting =
  /** To everybody: this node is here. */
  | { readonly kind: 'presence'; readonly from: Hello }
  /** To the node with the smaller name, which is to make an offer. */
  | { readonly kind: 'knock'; readonly from: Hello; readonly nonce: string }
  | { readonly kind: 'offer'; readonly from: Hello; readonly nonce: string; readonly credit: number }
  | {
      readonly kind: 'answer';
      readonly from: Hello;
      readonly nonce: string;
      readonly credit: number;
      /** The nonce of the offer. */
      readonly to: string;
      /** The secret that seals the session. */
      readonly key: string;
    }
  /** Of a knock or an offer. */
  | {
      readonly kind: 'refuse';
      readonly from: Hello;
      readonly to: string;
      readonly code: RefusalCode;
      readonly message: string;
    };

const MAX_BYTES = 64 * 1024;
const MAX_NAME = 255;
const MAX_FEATURES = 64;
const NONCE = /^[\w-]{16,64}$/;
const CODES: Record<RefusalCode, true> = {
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
export function encodeGreeting(greeting: Greeting): Buffer {
  return Buffer.from(JSON.stringify(greeting));
}

/** `undefined` for anything that is not well-formed. */
export function decodeGreeting(body: Buffer): Greeting | undefined {
  const fields = parse(body);
  const from = readHello(fields?.['from']);
  if (!fields || !from) return undefined;
  const { nonce, to, key, credit, code, message } = fields;
  switch (fields['kind']) {
    case 'presence':
      return { kind: 'presence', from };
    case 'knock':
      return isNonce(nonce) ? { kind: 'knock', from, nonce } : undefined;
    case 'offer':
      return isNonce(nonce) && isCount(credit) ? { kind: 'offer', from, nonce, credit } : undefined;
    case 'answer':
      return isNonce(nonce) && isNonce(to) && isName(key) && isCount(credit)
        ? { kind: 'answer', from, nonce, to, key, credit }
        : undefined;
    case 'refuse':
      return isNonce(to) && typeof code === 'string' && typeof message === 'string'
        ? { kind: 'refuse', from, to, code: knownCode(code), message: printable(message) }
        : undefined;
    default:
      return undefined;
  }
}

/** Text of another node as it may stand in a log line: one line, no control characters, bounded. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}]/gu, '?').slice(0, 500);
}

export function identityOf({ id, incarnation, address }: Hello): PeerIdentity {
  return { id, incarnation, address };
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  if (body.length > MAX_BYTES) return undefined;
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function readHello(value: unknown): Hello | undefined {
  const { id, incarnation, clusterName, address, features, protocol } = (value ?? {}) as Record<
    string,
    unknown
  >;
  const { major, minor } = (protocol ?? {}) as Record<string, unknown>;
  if (!isName(id) || !isName(clusterName) || !isCount(incarnation) || !isCount(major) || !isCount(minor))
    return undefined;
  if (address !== addressOf({ clusterName, id, incarnation })) return undefined;
  return {
    id,
    incarnation,
    clusterName,
    address,
    protocol: { major, minor },
    features: Array.isArray(features) ? features.filter(isName).slice(0, MAX_FEATURES) : [],
  };
}

// A code this version does not know comes from a newer one.
function knownCode(code: string): RefusalCode {
  return Object.hasOwn(CODES, code) ? (code as RefusalCode) : 'protocol_version';
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME && !/\p{C}/u.test(value);
}

function isNonce(value: unknown): value is string {
  return typeof value === 'string' && NONCE.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
