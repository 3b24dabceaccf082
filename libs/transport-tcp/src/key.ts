import { createHash, createHmac, scrypt } from 'node:crypto';

/** A pre-shared key and the public name under which TLS offers it. */
export interface PresharedKey {
  /** Sent in the clear. Derived from the key, so nodes that share a secret agree on it without agreeing on a name. */
  readonly id: string;
  readonly key: Buffer;
}

const KEY_BYTES = 32;
// 32 MiB and some 100 ms per secret, once at start: what makes guessing a weak secret from a recorded handshake slow.
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 2 ** 20 };

/**
 * Keys in use, by the hash of their secrets: nodes of one OS process, as in tests, share the work. A memo of a pure function: a key that no
 * node holds any more is forgotten, the hash of its secret is not.
 */
const inUse = new Map<string, WeakRef<PresharedKey>>();
const inMaking = new Map<string, Promise<PresharedKey>>();

/**
 * Makes the key of the links from a secret. The salt is fixed on purpose: with the cluster's name in it, a node of another
 * cluster would fail in TLS, where neither side can say why (docs/adr/0004).
 */
export async function deriveKey(secret: string): Promise<PresharedKey> {
  const hash = createHash('sha256').update(secret).digest('hex');
  const known = inUse.get(hash)?.deref();
  if (known) return known;
  const making = inMaking.get(hash) ?? makeKey(secret);
  inMaking.set(hash, making);
  try {
    const key = await making;
    inUse.set(hash, new WeakRef(key));
    return key;
  } finally {
    inMaking.delete(hash);
  }
}

function makeKey(secret: string): Promise<PresharedKey> {
  return new Promise((resolve, reject) => {
    scrypt(secret, 'noex mesh link', KEY_BYTES, COST, (error, key) => {
      if (error) return reject(error);
      const id = createHmac('sha256', key).update('noex key id').digest('hex').slice(0, 32);
      resolve({ id, key });
    });
  });
}
