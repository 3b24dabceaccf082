import type { Refusal } from '@noex/contracts';

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
export function explainTlsError(error: Error, remote: string): Refusal | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (NOT_TLS.has(code)) return { code: 'wrong_secret', message: noSecretThere(remote) };
  if (!/^ERR_(SSL|TLS)_|CERT|^UNABLE_TO_|^EPROTO$/.test(code)) return undefined;
  return { code: 'wrong_secret', message: wrongSecret(remote) };
}

export function wrongSecret(remote: string): string {
  return (
    `${remote} does not hold this cluster's secret; set the same CLUSTER_SECRET on both nodes ` +
    `(and the same CLUSTER_NAME, which is part of the key)`
  );
}

export function noSecretThere(remote: string): string {
  return (
    `${remote} answers without encryption, this node has a CLUSTER_SECRET; set the same CLUSTER_SECRET there ` +
    `(or it is not a noex node)`
  );
}

export function noSecretHere(remote: string): string {
  return `${remote} speaks TLS, this node has no CLUSTER_SECRET; set the same CLUSTER_SECRET on both nodes`;
}

/** Sent to a node that greets without encryption, so it speaks of "this node" as its reader sees the other one. */
export function secretRequired(greeter: string, listener: string): string {
  return (
    `node ${listener} requires a CLUSTER_SECRET, ${greeter} connects without encryption; ` +
    `set the same CLUSTER_SECRET on both nodes`
  );
}
