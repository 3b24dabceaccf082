import { isCount, isName, readHello, readRefusal, type Hello, type RefusalCode } from '@noex/contracts';
import { addressOf } from './subjects.js';

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
const NONCE = /^[\w-]{16,64}$/;

/** JSON, so that every later version can still read why it is refused. */
export function encodeGreeting(greeting: Greeting): Buffer {
  return Buffer.from(JSON.stringify(greeting));
}

/** `undefined` for anything that is not well-formed. */
export function decodeGreeting(body: Buffer): Greeting | undefined {
  const fields = parse(body);
  const from = readHello(fields?.['from'], (address, node) => address === addressOf(node));
  if (!fields || !from) return undefined;
  const { nonce, to, key, credit } = fields;
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
    case 'refuse': {
      const refusal = readRefusal(fields);
      return isNonce(to) && refusal ? { kind: 'refuse', from, to, ...refusal } : undefined;
    }
    default:
      return undefined;
  }
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

function isNonce(value: unknown): value is string {
  return typeof value === 'string' && NONCE.test(value);
}
