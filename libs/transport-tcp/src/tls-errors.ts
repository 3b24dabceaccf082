import type { PeerCertificate } from 'node:tls';
import type { Refusal } from '@noex/contracts';

// "It" is the other side: the log line begins with its address. A text that both sides log speaks of neither.

const SECRET_HELP = 'set the same CLUSTER_SECRET on both nodes';
const TLS_HELP = 'set CLUSTER_TLS_CERT_FILE, CLUSTER_TLS_KEY_FILE and CLUSTER_TLS_CA_FILE on both nodes';

export const WRONG_SECRET: Refusal = {
  code: 'wrong_secret',
  message: `it does not hold this cluster's secret; ${SECRET_HELP}`,
};

/** It offered no key at all, right or wrong. */
export const NO_KEY_OFFERED: Refusal = {
  code: 'wrong_secret',
  message: `it offers no key, this node has a CLUSTER_SECRET; ${SECRET_HELP} (and CLUSTER_TLS_… on none)`,
};

export const CERTIFICATE_FOR_KEY: Refusal = {
  code: 'wrong_certificate',
  message:
    'a certificate was presented to a node with a CLUSTER_SECRET; protect every node of the cluster the same way: ' +
    'CLUSTER_SECRET or CLUSTER_TLS_…',
};

const CERTIFICATE_NOT_ACCEPTED: Refusal = {
  code: 'wrong_certificate',
  message: `TLS with certificates failed; it may have a CLUSTER_SECRET instead: ${TLS_HELP}, and CLUSTER_SECRET on none`,
};

export const NO_SECRET_HERE: Refusal = {
  code: 'wrong_secret',
  message:
    'it speaks TLS, this node has no CLUSTER_SECRET and no certificates; set the same CLUSTER_SECRET, ' +
    'or certificates of one CA (CLUSTER_TLS_…), on both nodes',
};

/** What the client's TLS says when the other side answers with something that is not TLS. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_TOO_SMALL',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

export type TlsKind = 'secret' | 'certificate';

const WORDS = {
  secret: { code: 'wrong_secret', has: 'a CLUSTER_SECRET', help: SECRET_HELP, failed: WRONG_SECRET },
  certificate: {
    code: 'wrong_certificate',
    has: 'certificates (CLUSTER_TLS_CERT_FILE)',
    help: TLS_HELP,
    failed: CERTIFICATE_NOT_ACCEPTED,
  },
} as const;

/**
 * One clear cause for the many codes that TLS gives a failed handshake, which differ by Node version and by side.
 * `undefined` when TLS itself was not what failed (reset, timeout).
 */
export function explainTlsError(error: Error, kind: TlsKind): Refusal | undefined {
  const errno = (error as NodeJS.ErrnoException).code ?? '';
  const { code, has, help, failed } = WORDS[kind];
  if (NOT_TLS.has(errno)) {
    return {
      code,
      message: `it answers without encryption, this node has ${has}; ${help} (or it is not a noex node)`,
    };
  }
  return /^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_|^EPROTO$/.test(errno) ? failed : undefined;
}

/** Of a node that comes without encryption: what this node logs, and what it tells the other one. */
export function encryptionRequired(kind: TlsKind): { readonly here: Refusal; readonly there: Refusal } {
  const { code, has, help } = WORDS[kind];
  return {
    here: { code, message: `it connects without encryption, this node has ${has}; ${help}` },
    there: { code, message: `it requires ${has}, this node connects without encryption; ${help}` },
  };
}

/** What node:tls found wrong with the certificate of the other side, in words for both. */
export function explainCertificate(errno: string, certificate: Partial<PeerCertificate>): Refusal {
  return { code: 'wrong_certificate', message: describeCertificate(errno, certificate) };
}

function describeCertificate(errno: string, certificate: Partial<PeerCertificate>): string {
  if (Object.keys(certificate).length === 0) {
    return `no certificate was presented to a node that asks for one; ${TLS_HELP}, and CLUSTER_SECRET on none`;
  }
  const subject = `certificate ${commonName(certificate.subject)}`;
  switch (errno) {
    case 'CERT_HAS_EXPIRED':
      return `${subject} expired on ${certificate.valid_to}; renew it in CLUSTER_TLS_CERT_FILE`;
    case 'CERT_NOT_YET_VALID':
      return `${subject} is valid from ${certificate.valid_from} on; compare the clocks of both nodes`;
    case 'INVALID_PURPOSE':
      return `${subject} is not made for both directions; issue it for serverAuth and clientAuth`;
    default:
      return (
        `${subject}, issued by ${commonName(certificate.issuer)}, is not of a CA that the node which checked it trusts (${errno}); ` +
        'use one CA in CLUSTER_TLS_CA_FILE of both nodes'
      );
  }
}

/** Quoted and bounded: a stranger chose it. */
function commonName(name: PeerCertificate['subject'] | undefined): string {
  return JSON.stringify(String(name?.CN ?? '').slice(0, 64));
}
