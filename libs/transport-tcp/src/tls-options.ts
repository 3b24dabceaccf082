import type { ConnectionOptions, PeerCertificate, TlsOptions } from 'node:tls';
import type { PresharedKey } from './key.js';

// The one suite that node:tls pairs with a pre-shared key in TLS 1.3, where the key exchange stays forward secret.
const COMMON = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
} as const;

/** For the dialing side: offers one key. */
export function clientTlsOptions({ id, key }: PresharedKey): ConnectionOptions {
  return {
    ...COMMON,
    pskCallback: () => ({ psk: key, identity: id }),
    // No certificate is trusted: a server must not be able to step around the key with one that a public authority signed.
    ca: [],
    // Explicit, because an environment variable can turn the default off.
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => refuseCertificate(certificate),
  };
}

/** For the listening side: accepts any of the keys. It has no certificate, so no handshake passes without one of them. */
export function serverTlsOptions(keys: readonly PresharedKey[]): TlsOptions {
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return { ...COMMON, pskCallback: (_socket, identity) => byId.get(identity) ?? null };
}

/** With a pre-shared key nobody presents a certificate, so one that appears is a stranger's. */
export function refuseCertificate(certificate: Partial<PeerCertificate> | undefined): Error | undefined {
  return certificate && Object.keys(certificate).length > 0
    ? Object.assign(new Error('a certificate was presented instead of the key'), {
        code: 'ERR_TLS_CERT_UNEXPECTED',
      })
    : undefined;
}
