import { InvalidOptionsError } from '@noex/contracts';
import { bucketOf } from './arbiter-keys.js';
import { readServers, type NatsServerOptions } from './server-options.js';

export interface NatsArbiterOptions extends NatsServerOptions {
  /** The cluster whose names these are; its bucket is `<clusterName>_names`. */
  readonly clusterName: string;
  /**
   * How long a name stays with a holder that does not renew it, in whole ms, the same on every node. Default 15 000, at least 1000. Longer
   * outlives longer outages of the servers, and keeps the names of a crashed node for longer.
   */
  readonly leaseMs?: number;
  /** On how many servers the names are, from 1 to 5, the same on every node. Default 1; a cluster of servers outlives the loss of one with 3. */
  readonly replicas?: number;
  /** How long the start may take, in ms: the connection, and until JetStream is ready. Default 10 000. */
  readonly connectTimeoutMs?: number;
}

/** Options with defaults applied and checked. */
export interface ArbiterSettings {
  readonly server: NatsServerOptions;
  readonly clusterName: string;
  readonly bucket: string;
  readonly leaseMs: number;
  readonly replicas: number;
  readonly connectTimeoutMs: number;
}

/** The shortest lease, in ms: servers end entries a quarter of a second late, and a third of it must do for an answer. */
const MIN_LEASE_MS = 1_000;
const MAX_REPLICAS = 5;
/** Of its name: the identity of an arbiter, which has it in it, crosses nodes as a text of at most 250 characters. */
const MAX_BUCKET = 180;

/** @throws InvalidOptionsError listing everything that is wrong; passwords do not appear in it. */
export function resolveArbiterOptions(options: NatsArbiterOptions): ArbiterSettings {
  const { clusterName, leaseMs = 15_000, replicas = 1, connectTimeoutMs = 10_000 } = options;
  const { servers, credsFile, nkeySeedFile, tls } = options;
  const bucket = bucketOf(clusterName);
  const problems: string[] = [];
  readServers(servers, problems);
  if (credsFile !== undefined && nkeySeedFile !== undefined) {
    problems.push('credsFile and nkeySeedFile are given together; give one of them');
  }
  if (clusterName === '') problems.push('clusterName is empty');
  if (bucket.length > MAX_BUCKET) {
    problems.push(`clusterName is too long: its bucket would be named "${bucket}"; choose a shorter one`);
  }
  if (!Number.isInteger(leaseMs) || leaseMs < MIN_LEASE_MS) {
    problems.push(`leaseMs ${leaseMs} is not a whole number of at least ${MIN_LEASE_MS}`);
  }
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MAX_REPLICAS) {
    problems.push(`replicas ${replicas} is not a whole number from 1 to ${MAX_REPLICAS}`);
  }
  if (!Number.isInteger(connectTimeoutMs) || connectTimeoutMs < 1) {
    problems.push(`connectTimeoutMs ${connectTimeoutMs} is not a whole number above 0`);
  }
  if (problems.length > 0) throw new InvalidOptionsError(problems.join('; '), { problems });
  const server = {
    ...(servers === undefined ? {} : { servers }),
    ...(credsFile === undefined ? {} : { credsFile }),
    ...(nkeySeedFile === undefined ? {} : { nkeySeedFile }),
    ...(tls === undefined ? {} : { tls }),
  };
  return { server, clusterName, bucket, leaseMs, replicas, connectTimeoutMs };
}
