import { PermissionViolationError, TimeoutError, type ServerInfo } from '@nats-io/transport-node';
import { ClusterStartError } from '@noex/contracts';
import { isRejection, rejectionAdvice } from './credentials.js';
import { describeServers, type NatsServerOptions } from './server-options.js';

/** Headers came with 2.2, and with them the news that nobody reads a subject. */
const OLDEST_SERVER = [2, 2] as const;

/** What speaks against a server that has taken this node; `undefined` = nothing. */
export function unfitServer(
  { version = '', max_payload: maxPayload = 0 }: Partial<ServerInfo>,
  maxMessageBytes: number,
): ClusterStartError | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor < OLDEST_SERVER[1])) {
    return new ClusterStartError(
      `the NATS server is of version ${version}; noex needs ${OLDEST_SERVER.join('.')} or newer`,
      { version },
    );
  }
  if (maxPayload >= maxMessageBytes) return undefined;
  return new ClusterStartError(
    `the NATS server takes messages of at most ${maxPayload} bytes, this node sends up to ${maxMessageBytes}; raise max_payload of the server`,
    { maxPayload, maxMessageBytes },
  );
}

/** No server took this node in time. */
export function unreachableServer(server: NatsServerOptions, cause: Error): ClusterStartError {
  const servers = describeServers(server);
  // So ends, for the client, also what a server that asks for certificates does with one that it does not trust.
  const isSilent = cause instanceof TimeoutError || cause.message === '';
  const advice = isRejection(cause) ? rejectionAdvice(server) : reachAdvice(server, isSilent);
  return new ClusterStartError(
    `cannot connect to NATS at ${servers}: ${isSilent ? 'it does not answer' : cause.message}; ${advice}`,
    { servers },
    { cause },
  );
}

/** The user may not hear its cluster. */
export function deniedSubject(subject: string, cause: Error): ClusterStartError {
  return new ClusterStartError(
    `the NATS user may not subscribe to "${subject}"; ${permissionAdvice(subject)}`,
    { subject },
    { cause },
  );
}

/** What the server minds, while this node runs, and what to do. `key`: of all that have the same cause. */
export function serverComplaint(
  server: NatsServerOptions,
  address: string,
  error: Error,
): { readonly key: string; readonly message: string } {
  if (isRejection(error)) {
    const message = `the NATS server does not take this node: ${error.message}; ${rejectionAdvice(server)}; trying on`;
    return { key: 'nats rejected', message };
  }
  const advice = error instanceof PermissionViolationError ? `; ${permissionAdvice(address)}` : '';
  return { key: `nats ${error.message}`, message: `the NATS server says: ${error.message}${advice}` };
}

function reachAdvice({ tls }: NatsServerOptions, isSilent: boolean): string {
  const reach = 'set NATS_URL to a server that this node reaches, with the user it expects';
  if (!tls || !isSilent) return reach;
  return `${reach}, and NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE to a certificate that it trusts, if it asks for one`;
}

function permissionAdvice(subject: string): string {
  return `allow it to publish and subscribe to "${subject.split('.').slice(0, 2).join('.')}.>"`;
}
