import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  scrypt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

/** A key made of a cluster secret. */
export interface ClusterKey {
  /** Public: by it nodes find the secret they share. */
  readonly id: string;
  readonly key: KeyObject;
}

/** The keys of one session: one for each direction. */
export interface SessionKeys {
  /** Names the session; a number of 48 bits. */
  readonly id: number;
  readonly toGreater: KeyObject;
  readonly toSmaller: KeyObject;
}

export const MAC_BYTES = 16;
const KEY_BYTES = 32;
const ID_BYTES = 6;
// 32 MiB and some 100 ms per secret, once at start: what makes guessing a weak secret from recorded messages slow.
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/** The key of nodes without a secret: it keeps nobody out, and lets them share the code of those that have one. */
export const OPEN_KEY: ClusterKey = keyOf(createHash('sha256').update('noex without a secret').digest());

/** The salt is fixed, so that nodes of clusters with different names can still tell each other so. */
export function deriveKey(secret: string): Promise<ClusterKey> {
  return new Promise((resolve, reject) => {
    scrypt(secret, 'noex over nats', KEY_BYTES, COST, (error, key) =>
      error ? reject(error) : resolve(keyOf(key)),
    );
  });
}

/** `parties` names both ends: a key serves one session of one pair of lives. HKDF as of RFC 5869. */
export function sessionKeys({ key }: ClusterKey, nonces: Uint8Array, parties: string): SessionKeys {
  const bytes = Buffer.from(
    hkdfSync('sha256', key, nonces, `noex session ${parties}`, 2 * KEY_BYTES + ID_BYTES),
  );
  return {
    toGreater: createSecretKey(bytes.subarray(0, KEY_BYTES)),
    toSmaller: createSecretKey(bytes.subarray(KEY_BYTES, 2 * KEY_BYTES)),
    id: bytes.readUIntBE(2 * KEY_BYTES, ID_BYTES),
  };
}

/** HMAC-SHA-256, cut to 16 bytes. Of a `KeyObject`, which takes half of the time that it takes of a Buffer. */
export function macOf(key: KeyObject, head: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).update(body).digest().subarray(0, MAC_BYTES);
}

export function isMac(given: Uint8Array, key: KeyObject, head: Uint8Array, body: Uint8Array): boolean {
  return given.length === MAC_BYTES && timingSafeEqual(given, macOf(key, head, body));
}

function keyOf(bytes: Buffer): ClusterKey {
  const key = createSecretKey(bytes);
  return { id: createHmac('sha256', key).update('noex key id').digest('hex').slice(0, 16), key };
}
