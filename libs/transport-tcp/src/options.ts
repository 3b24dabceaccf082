import { InvalidOptionsError, silentLogger, systemClock, type Clock, type Logger } from '@noex/contracts';
import { bareHost, isLoopback } from './address.js';
import { systemDns, type DnsLookups } from './seed-resolver.js';
import { parseSeed, type Seed } from './seed.js';

export interface TcpTransportOptions {
  /** Where to listen. Default: `0.0.0.0` with a secret or `insecure`, else `127.0.0.1`. IPv6-only networks need `::`. */
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
   * Shared secrets of the cluster: all are accepted, the first one dials. Default: none, then links are not encrypted. To rotate,
   * roll out `[old, new]`, then `[new, old]`, then `[new]`.
   */
  readonly secrets?: readonly string[];
  /** Allows listening beyond loopback without a secret: anyone who reaches the port controls the cluster. Default false. */
  readonly insecure?: boolean;
  /** Largest frame, the same on every node. Default 16 MiB. A peer can make the node hold one such frame. */
  readonly maxFrameBytes?: number;
  /** Most bytes waiting for one slow peer. Default 32 MiB, at least `maxFrameBytes`. Raising it costs that memory per peer. */
  readonly maxQueuedBytes?: number;
  /** How long a connection may take to be admitted, in ms. Default 5000. */
  readonly handshakeTimeoutMs?: number;
  /** Most inbound connections that are not admitted yet; more are dropped. Default 128. */
  readonly maxPendingHandshakes?: number;
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
export interface TcpSettings extends Required<Omit<TcpTransportOptions, 'advertisedHost' | 'seeds'>> {
  readonly advertisedHost: string | undefined;
  readonly seeds: readonly Seed[];
}

export const DEFAULT_PORT = 4369;

/** @throws InvalidOptionsError listing everything that is wrong; secrets do not appear in it. */
export function resolveOptions(options: TcpTransportOptions): TcpSettings {
  const problems: string[] = [];
  const secrets = options.secrets ?? [];
  const insecure = options.insecure ?? false;
  const maxFrameBytes = options.maxFrameBytes ?? 16 * 2 ** 20;
  const reconnectMinMs = options.reconnectMinMs ?? 100;
  const settings: TcpSettings = {
    host: bareHost(options.host ?? (secrets.length > 0 || insecure ? '0.0.0.0' : '127.0.0.1')),
    port: options.port ?? DEFAULT_PORT,
    advertisedHost: options.advertisedHost,
    seeds: readSeeds(options.seeds ?? [], problems),
    secrets,
    insecure,
    maxFrameBytes,
    maxQueuedBytes: options.maxQueuedBytes ?? Math.max(32 * 2 ** 20, maxFrameBytes),
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? 5_000,
    maxPendingHandshakes: options.maxPendingHandshakes ?? 128,
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
  const { host, port, secrets } = settings;
  if (!Number.isInteger(port) || port < 0 || port > 65535) problems.push(`port ${port} is not 0 to 65535`);
  if (secrets.some((secret) => typeof secret !== 'string' || secret.trim() === '')) {
    problems.push('a secret is empty; leave CLUSTER_SECRET unset for none, or set it to a long random text');
  }
  if (secrets.length === 0 && !settings.insecure && !isLoopback(host)) {
    problems.push(
      `listening on "${host}" without a secret would let anyone who reaches the port control the cluster; ` +
        'set CLUSTER_SECRET, or listen on 127.0.0.1, or set insecure: true',
    );
  }
  if (settings.advertisedHost !== undefined && !/^[^\s@/]+$/.test(settings.advertisedHost)) {
    problems.push(`advertisedHost "${settings.advertisedHost}" is not a host name or address`);
  }
  for (const name of [
    'maxFrameBytes',
    'handshakeTimeoutMs',
    'maxPendingHandshakes',
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
