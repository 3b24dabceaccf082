import { constants } from 'node:crypto';
import type { ConnectionOptions, TlsOptions, TLSSocket } from 'node:tls';
import type { PresharedKey } from './key.js';
import type { TlsMaterial } from './tls-files.js';

const TLS_1_3 = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

// The one suite that node:tls pairs with a pre-shared key in TLS 1.3, where the key exchange stays forward secret.
const WITH_KEY = { ...TLS_1_3, ciphers: 'TLS_AES_128_GCM_SHA256' } as const;

/** A ticket to resume a session would let in who no longer holds an accepted key or certificate. */
const WITHOUT_TICKETS = { secureOptions: constants.SSL_OP_NO_TICKET } as const;

/**
 * Who is at the other end is decided when TLS stands (`provedKey`, `socket.authorized`), not within it: there node:tls hangs up, and the
 * other side would not learn why.
 */
const DECIDED_LATER = { rejectUnauthorized: false } as const;

/** For the dialing side: offers one key, and trusts no certificate. */
export function clientKeyOptions({ id, key }: PresharedKey): ConnectionOptions {
  return {
    ...WITH_KEY,
    ...DECIDED_LATER,
    ca: [],
    pskCallback: () => ({ psk: key, identity: id }),
    checkServerIdentity: () => undefined,
  };
}

/** For the listening side. It has no certificate, so no handshake passes without a key that `find` knows by its name. */
export function serverKeyOptions(
  find: (identity: string, socket: TLSSocket) => PresharedKey | undefined,
): TlsOptions {
  return {
    ...WITH_KEY,
    ...WITHOUT_TICKETS,
    pskCallback: (socket, identity) => find(identity, socket)?.key ?? null,
  };
}

/** Whether the server of a dialed link held the key: it may have stepped around it with a certificate. */
export function provedKey(socket: TLSSocket): boolean {
  // TLS 1.3 counts a pre-shared key as a resumed session, and no other session is ever offered.
  return socket.isSessionReused() && !hasCertificate(socket);
}

export function hasCertificate(socket: TLSSocket): boolean {
  return Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
}

/** For the dialing side: shows the certificate. Nodes are dialed by addresses that come and go, so no name is compared. */
export function clientCertificateOptions(material: TlsMaterial): ConnectionOptions {
  return { ...TLS_1_3, ...DECIDED_LATER, ...material, checkServerIdentity: () => undefined };
}

/** For the listening side: shows the certificate and asks for one. */
export function serverCertificateOptions(material: TlsMaterial): TlsOptions {
  return { ...TLS_1_3, ...WITHOUT_TICKETS, ...DECIDED_LATER, ...material, requestCert: true };
}
