import type { ConnectionOptions } from '@nats-io/transport-node';
import { fileAuthenticator } from './credentials.js';

/** Where the servers are, and who this node is to them. */
export interface NatsServerOptions {
  /**
   * One URL, or several of one NATS cluster, with commas or as an array: `nats://host:4222`, `tls://host:4222`, with `user:password@` or
   * `token@` before the host where the server asks for it. Others of the cluster are learned. Default `nats://127.0.0.1:4222`.
   */
  readonly servers?: string | readonly string[];
  /** A file with a JWT and its key, as `nsc` writes them. Read at each connect. */
  readonly credsFile?: string;
  /** A file with the seed of an nkey. Read at each connect. */
  readonly nkeySeedFile?: string;
  /** Files in PEM form for TLS: the CA of the server, and a certificate and key where it asks for them. Read at each connect. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

/** Where a server of NATS listens that nobody has told otherwise. */
const DEFAULT_SERVER = 'nats://127.0.0.1:4222';
const PROTOCOLS: ReadonlySet<string> = new Set(['nats:', 'tls:']);

/** The servers as URLs. Adds what is wrong to `problems`, without a password. */
export function readServers(servers: string | readonly string[] | undefined, problems: string[]): URL[] {
  const list = typeof servers === 'string' ? servers.split(',') : (servers ?? [DEFAULT_SERVER]);
  if (list.length === 0) problems.push('servers is empty; name at least one, as nats://host:4222');
  const urls = list.flatMap((text) => {
    const url = readUrl(text.trim());
    if (!url) problems.push(`a server is not of the form nats://host:4222 or tls://host:4222`);
    return url ? [url] : [];
  });
  if (new Set(urls.map(({ username, password }) => `${username}:${password}`)).size > 1) {
    problems.push('servers name different users; the servers of one NATS cluster know the same one');
  }
  return urls;
}

/** For logs and errors: without users. */
export function describeServers({ servers }: NatsServerOptions): string {
  return readServers(servers, [])
    .map(({ hostname, port }) => `${hostname}:${port || '4222'}`)
    .join(', ');
}

/** The part of the client's options that says where to and who. @throws ClusterStartError where a file with credentials cannot be used. */
export function connectionOptions(options: NatsServerOptions): ConnectionOptions {
  const { servers, tls } = options;
  const urls = readServers(servers, []);
  const authenticator = fileAuthenticator(options);
  const { username = '', password = '' } = urls[0] ?? {};
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  const isEncrypted = tls !== undefined || urls.some(({ protocol }) => protocol === 'tls:');
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    ...(user === '' ? {} : pass === '' ? { token: user } : { user, pass }),
    ...(authenticator ? { authenticator } : {}),
    ...(isEncrypted ? { tls: tls ?? {} } : {}),
  };
}

function readUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.includes('://') ? text : `nats://${text}`);
    return PROTOCOLS.has(url.protocol) && url.hostname !== '' ? url : undefined;
  } catch {
    return undefined;
  }
}
