import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import {
  InvalidOptionsError,
  parseSecretFile,
  silentLogger,
  systemClock,
  type Clock,
  type Logger,
} from '@noex/contracts';
import { MAX_BATCH_BYTES } from './send-queue.js';
import { readServers, type NatsServerOptions } from './server-options.js';
import { secretProblem } from './secrets.js';

export interface NatsTransportOptions extends NatsServerOptions {
  /**
   * Shared secrets of the cluster, of at least 16 bytes each unless every server is on loopback: every message between nodes is sealed with one,
   * whatever the server lets others do. All are accepted, the first one is preferred. To rotate, roll out `[new, old]`, then `[new]`.
   */
  readonly secrets?: readonly string[];
  /**
   * A file with the secrets instead: one a line, or with commas between. It is read again every 2 s; sessions that are up stay. A file
   * that cannot be used leaves the secrets as they are, with one warning (`secret_file_invalid`).
   */
  readonly secretFile?: string;
  /** Allows servers beyond loopback without a secret: whoever may publish there controls the cluster. Default false. */
  readonly insecure?: boolean;
  /** Largest frame, at most 512 KiB, the same on every node. Default 256 KiB; larger messages travel in several. */
  readonly maxFrameBytes?: number;
  /** Most bytes that wait for one slow peer; the cluster keeps the rest. Default 1 MiB, at least `maxFrameBytes`. Costs that memory per peer. */
  readonly maxQueuedBytes?: number;
  /** How long the first connection to a server may take, in ms; a later one is tried for forever. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** How often a node says that it is there, in ms, give or take a fifth. Default 10 000. It also says so when it starts. */
  readonly presenceMs?: number;
  /** First and longest wait between approaches of a peer that does not answer, in ms. Default 100 and 5000. */
  readonly reconnectMinMs?: number;
  readonly reconnectMaxMs?: number;
  /** Default: none. */
  readonly logger?: Logger;
  /** For tests. Default: the machine's. */
  readonly clock?: Clock;
  /** For tests: numbers from 0 to 1. */
  readonly random?: () => number;
}

/** Options with defaults applied and checked. */
export interface NatsSettings extends Required<
  Omit<NatsTransportOptions, keyof NatsServerOptions | 'secrets' | 'secretFile'>
> {
  readonly server: NatsServerOptions;
  readonly secrets: readonly string[];
  readonly secretFile: string | undefined;
  /** Every server is on this machine. */
  readonly isLocal: boolean;
}

/** Reads the secret file. @throws InvalidOptionsError listing everything that is wrong; secrets and passwords do not appear in it. */
export function resolveOptions(options: NatsTransportOptions): NatsSettings {
  const problems: string[] = [];
  const { servers, credsFile, nkeySeedFile, tls, secretFile } = options;
  const maxFrameBytes = options.maxFrameBytes ?? 256 * 1024;
  const reconnectMinMs = options.reconnectMinMs ?? 100;
  const urls = readServers(servers, problems);
  const settings: NatsSettings = {
    server: {
      ...(servers === undefined ? {} : { servers }),
      ...(credsFile === undefined ? {} : { credsFile }),
      ...(nkeySeedFile === undefined ? {} : { nkeySeedFile }),
      ...(tls === undefined ? {} : { tls }),
    },
    isLocal: urls.every(({ hostname }) => isLoopback(hostname)),
    secrets: readSecrets(options, problems),
    secretFile,
    insecure: options.insecure ?? false,
    maxFrameBytes,
    maxQueuedBytes: options.maxQueuedBytes ?? Math.max(2 ** 20, maxFrameBytes),
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    presenceMs: options.presenceMs ?? 10_000,
    reconnectMinMs,
    reconnectMaxMs: options.reconnectMaxMs ?? Math.max(5_000, reconnectMinMs),
    logger: options.logger ?? silentLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  check(settings, problems);
  if (credsFile !== undefined && nkeySeedFile !== undefined) {
    problems.push('credsFile and nkeySeedFile are given together; give one of them');
  }
  if (problems.length > 0) throw new InvalidOptionsError(problems.join('; '), { problems });
  return settings;
}

function readSecrets(
  { secrets = [], secretFile }: NatsTransportOptions,
  problems: string[],
): readonly string[] {
  if (secretFile === undefined) return secrets;
  if (secrets.length > 0) problems.push('secrets and secretFile are given together; give one of them');
  try {
    const found = parseSecretFile(readFileSync(secretFile, 'utf8'));
    if (found.length === 0) problems.push('secretFile is empty; write a long random text into it');
    return found;
  } catch (error) {
    // Without the path, in whose place people put the secret itself.
    problems.push(`secretFile cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
    return [];
  }
}

function check(settings: NatsSettings, problems: string[]): void {
  const { secrets, isLocal, insecure, maxFrameBytes, maxQueuedBytes, reconnectMinMs, reconnectMaxMs } =
    settings;
  const unprotected = secretProblem(secrets, !isLocal);
  if (unprotected) problems.push(unprotected);
  if (secrets.length === 0 && settings.secretFile === undefined && !isLocal && !insecure) {
    problems.push(
      'without a secret whoever may publish on the NATS server would control the cluster; ' +
        'set CLUSTER_SECRET, or use a server on loopback, or set insecure: true',
    );
  }
  for (const name of ['maxFrameBytes', 'connectTimeoutMs', 'presenceMs', 'reconnectMinMs'] as const) {
    const value = settings[name];
    if (!Number.isInteger(value) || value < 1)
      problems.push(`${name} ${value} is not a whole number above 0`);
  }
  if (maxFrameBytes > MAX_BATCH_BYTES - 4) {
    problems.push(
      `maxFrameBytes ${maxFrameBytes} is above ${MAX_BATCH_BYTES - 4}, which a NATS server takes for sure`,
    );
  }
  if (!(maxQueuedBytes >= maxFrameBytes)) {
    problems.push(`maxQueuedBytes ${maxQueuedBytes} is below maxFrameBytes ${maxFrameBytes}`);
  }
  if (!(reconnectMaxMs >= reconnectMinMs)) {
    problems.push(`reconnectMaxMs ${reconnectMaxMs} is below reconnectMinMs ${reconnectMinMs}`);
  }
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
