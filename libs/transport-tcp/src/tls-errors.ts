import type { Refusal } from '@noex/contracts';

// "It" is the other side: the log line begins with its address.

const WRONG_SECRET: Refusal = {
  code: 'wrong_secret',
  message: "it does not hold this cluster's secret; set the same CLUSTER_SECRET on both nodes",
};

const NO_SECRET_THERE: Refusal = {
  code: 'wrong_secret',
  message:
    'it answers without encryption, this node has a CLUSTER_SECRET; set the same CLUSTER_SECRET there ' +
    '(or it is not a noex node)',
};

export const NO_SECRET_HERE: Refusal = {
  code: 'wrong_secret',
  message: 'it speaks TLS, this node has no CLUSTER_SECRET; set the same CLUSTER_SECRET on both nodes',
};

/** What the client's TLS says when the other side answers with something that is not TLS. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_TOO_SMALL',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

/**
 * One clear cause for the many codes that TLS gives a failed handshake, which differ by Node version and by side.
 * `undefined` when TLS itself was not what failed (reset, timeout).
 */
export function explainTlsError(error: Error): Refusal | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (NOT_TLS.has(code)) return NO_SECRET_THERE;
  return /^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_|^EPROTO$/.test(code) ? WRONG_SECRET : undefined;
}

/** Sent to a node that greets without encryption, and logged here: it names both. */
export function secretRequired(greeter: string, listener: string): Refusal {
  return {
    code: 'wrong_secret',
    message:
      `node ${listener} requires a CLUSTER_SECRET, ${greeter} connects without encryption; ` +
      'set the same CLUSTER_SECRET on both nodes',
  };
}
