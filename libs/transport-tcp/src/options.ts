import { InvalidOptionsError, silentLogger, systemClock, type Clock, type Logger } from '@noex/contracts';
import { bareHost, isLoopback } from './address.js';
import { protectionProblem, resolveProtection, type Protection } from './protection.js';
import { systemDns, type DnsLookups } from './seed-resolver.js';
import { parseSeed, type Seed } from './seed.js';
import type { TlsFiles } from './tls-files.js';

/** What the mesh needs to know; everything has a default. */
export interface TcpTransportOptions {
  /** Where to listen. Default: `0.0.0.0` with a secret, with certificates or `insecure`, else `127.0.0.1`. IPv6-only networks need `::`. */
  readonly host?: string;
  /** Default 4369; 0 = any free port. */
  readonly port?: number;
  /** The host that peers dial. Default: `host`, or the machine's first outside address when `host` is a wildcard. */
  readonly advertisedHost?: string;
  /**
   * Where to look for the cluster: `host:port`, `name@host:port`, `[ipv6]:port`, `dns:host:port` (every address of the host),
   * `srv:name`. One's own address is allowed. Default: none; the node waits to be found.
   */
  readonly seeds?: readonly string[];
  /**
   * Shared secrets of the cluster, of at least 16 bytes each unless `host` is loopback: all are accepted, the first one dials, and the
   * others where that is refused. Default: none, then links are not encrypted. To rotate, roll out `[new, old]`, then `[new]`.
   */
  readonly secrets?: readonly string[];
  /**
   * A file with the secrets instead: one a line, or with commas between. It is read again every 2 s; connections that are up stay. A
   * file that cannot be used leaves the secrets as they are, with one warning (`secret_file_invalid`).
   */
  readonly secretFile?: string;
  /**
   * Mutual TLS instead of a secret: both sides show a certificate, and whoever holds one of the CA is a member. Host names in it are
   * not compared: nodes are dialed by addresses that come and go. The files are read again every 2 s; connections that are up stay,
   * and files that cannot be used leave the old certificate in use, with one warning (`tls_file_invalid`).
   */
  readonly tls?: TlsFiles;
  /** Allows listening beyond loopback without a secret or certificates: anyone who reaches the port controls the cluster. Default false. */
  readonly insecure?: boolean;
  /** Largest frame, the same on every node. Default 1 MiB; larger messages travel in several. A peer can make the node hold one such frame. */
  readonly maxFrameBytes?: number;
  /**
   * Most bytes the socket of one slow peer holds; the cluster keeps the rest. Default 1 MiB, at least `maxFrameBytes`. Raising it
   * costs that memory per peer, and heartbeats come behind it.
   */
  readonly maxQueuedBytes?: number;
  /** How long a connection may take from its first packet until it is admitted, TLS included, in ms. Default 5000. */
  readonly handshakeTimeoutMs?: number;
  /** Most inbound connections that are not admitted yet; more are dropped. Default 128. */
  readonly maxPendingHandshakes?: number;
  /** Most of them from one address, so that one host cannot take all places. Default 16; raise it when many nodes share an address. */
  readonly maxPendingPerAddress?: number;
  /** First and longest wait between dials of an address that fails, in ms. Default 100 and 5000; seeds wait 800 at most. */
  readonly reconnectMinMs?: number;
  readonly reconnectMaxMs?: number;
  /** Default: none. */
  readonly logger?: Logger;
  /** For tests. Default: the machine's. */
  readonly clock?: Clock;
  /** For tests: numbers from 0 to 1. */
  readonly random?: () => number;
  /** For tests. Default: the machine's resolver. */
  readonly dns?: DnsLookups;
}

/** Options with defaults applied and checked. */
export interface TcpSettings extends Required<
  Omit<TcpTransportOptions, 'advertisedHost' | 'seeds' | 'secrets' | 'secretFile' | 'tls'>
> {
  readonly protection: Protection;
  readonly advertisedHost: string | undefined;
  readonly seeds: readonly Seed[];
}

/** The port that Erlang has for the same purpose. */
export const DEFAULT_PORT = 4369;

/** Reads the secret or TLS files. @throws InvalidOptionsError listing everything that is wrong; secrets do not appear in it. */
export function resolveOptions(options: TcpTransportOptions): TcpSettings {
  const problems: string[] = [];
  const protection = resolveProtection(options, problems);
  const insecure = options.insecure ?? false;
  const maxFrameBytes = options.maxFrameBytes ?? 2 ** 20;
  const reconnectMinMs = options.reconnectMinMs ?? 100;
  const settings: TcpSettings = {
    host: bareHost(options.host ?? (protection.kind !== 'none' || insecure ? '0.0.0.0' : '127.0.0.1')),
    port: options.port ?? DEFAULT_PORT,
    advertisedHost: options.advertisedHost,
    seeds: readSeeds(options.seeds ?? [], problems),
    protection,
    insecure,
    maxFrameBytes,
    maxQueuedBytes: options.maxQueuedBytes ?? Math.max(2 ** 20, maxFrameBytes),
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 5_000,
    maxPendingHandshakes: options.maxPendingHandshakes ?? 128,
    maxPendingPerAddress: options.maxPendingPerAddress ?? 16,
    reconnectMinMs,
    reconnectMaxMs: options.reconnectMaxMs ?? Math.max(5_000, reconnectMinMs),
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    dns: options.dns ?? systemDns,
  };
  check(settings, problems);
  if (problems.length > 0) throw new InvalidOptionsError(problems.join('; '), { problems });
  return settings;
}

function readSeeds(seeds: readonly string[], problems: string[]): Seed[] {
  return seeds.flatMap((seed) => {
    try {
      return [parseSeed(seed)];
    } catch (error) {
      problems.push((error as Error).message);
      return [];
    }
  });
}

function check(settings: TcpSettings, problems: string[]): void {
  const { host, port, protection } = settings;
  if (!Number.isInteger(port) || port < 0 || port > 65535) problems.push(`port ${port} is not 0 to 65535`);
  const unprotected = protectionProblem(protection, !isLoopback(host));
  if (unprotected) problems.push(unprotected);
  if (protection.kind === 'none' && !settings.insecure && !isLoopback(host)) {
    problems.push(
      `listening on "${host}" without a secret would let anyone who reaches the port control the cluster; ` +
        'set CLUSTER_SECRET or CLUSTER_TLS_CERT_FILE, or listen on 127.0.0.1, or set insecure: true',
    );
  }
  if (settings.advertisedHost !== undefined && !/^[^\s@/]+$/.test(settings.advertisedHost)) {
    problems.push(`advertisedHost "${settings.advertisedHost}" is not a host name or address`);
  }
  for (const name of [
    'maxFrameBytes',
    'handshakeTimeoutMs',
    'maxPendingHandshakes',
    'maxPendingPerAddress',
    'reconnectMinMs',
  ] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 1)
      problems.push(`${name} ${value} is not a whole number above 0`);
  }
  // The header counts a frame's length in four bytes, and one Buffer holds it.
  if (settings.maxFrameBytes > 2 ** 31)
    problems.push(`maxFrameBytes ${settings.maxFrameBytes} is above 2 GiB`);
  if (!(settings.maxQueuedBytes >= settings.maxFrameBytes)) {
    problems.push(
      `maxQueuedBytes ${settings.maxQueuedBytes} is below maxFrameBytes ${settings.maxFrameBytes}`,
    );
  }
  if (!(settings.reconnectMaxMs >= settings.reconnectMinMs)) {
    problems.push(
      `reconnectMaxMs ${settings.reconnectMaxMs} is below reconnectMinMs ${settings.reconnectMinMs}`,
    );
  }
}
