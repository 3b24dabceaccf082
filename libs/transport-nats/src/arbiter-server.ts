import { PermissionViolationError, type ServerInfo } from '@nats-io/transport-node';
import { ClusterStartError } from '@noex/contracts';
import type { ArbiterSettings } from './arbiter-options.js';

/** Compare-and-set of keys, a TTL of a bucket and streams that keep their numbers through restarts are tried from here on. */
const OLDEST_SERVER = [2, 9] as const;

/** What a bucket of names has to be like, as the server describes it. */
export interface BucketConfig {
  /** How long an entry lasts, in ms; 0: for good. */
  readonly ttl: number;
  /** How many revisions of a key are kept. */
  readonly history: number;
  readonly replicas: number;
  readonly storage: string;
}

/** What speaks against a server as an arbiter; `undefined` = nothing. Whether it has JetStream shows when it is asked. */
export function unfitForArbiter(
  { version = '', cluster }: Partial<ServerInfo>,
  replicas: number,
): ClusterStartError | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (!(major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]))) {
    return new ClusterStartError(
      `the NATS server is of version ${version}; the arbiter needs ${OLDEST_SERVER.join('.')} or newer`,
      { version },
    );
  }
  if (replicas === 1 || cluster) return undefined;
  return new ClusterStartError(
    `the arbiter is to keep ${replicas} replicas, and the NATS server is none of a cluster; set replicas to 1, or run a cluster of servers`,
    { replicas },
  );
}

/** What of a bucket that exists already differs from what all nodes of this configuration rely on. */
export function unfitBucket(
  found: BucketConfig,
  { bucket, leaseMs, replicas }: Pick<ArbiterSettings, 'bucket' | 'leaseMs' | 'replicas'>,
): ClusterStartError | undefined {
  const differences = [
    ...(found.ttl === leaseMs ? [] : [`its TTL is ${found.ttl} ms and leaseMs is ${leaseMs}`]),
    ...(found.history === 1 ? [] : [`its history is ${found.history} and must be 1`]),
    ...(found.replicas === replicas ? [] : [`it has ${found.replicas} replicas and replicas is ${replicas}`]),
    ...(found.storage === 'file' ? [] : [`its storage is ${found.storage} and must be file`]),
  ];
  if (differences.length === 0) return undefined;
  const edit = `nats stream edit KV_${bucket} --max-age=${leaseMs}ms --max-msgs-per-subject=1 --replicas=${replicas}`;
  return new ClusterStartError(
    `the bucket "${bucket}" of names is not as this node needs it: ${differences.join('; ')}. Set the options to what the other nodes have; ` +
      `or, while no node runs, change it ("${edit}"; its storage cannot be changed, only the bucket be made anew)`,
    { bucket, found: { ...found }, differences },
  );
}

/** What a user of the server has to be allowed, besides the subjects of its cluster. */
export function arbiterSubjects(bucket: string): readonly string[] {
  const stream = `KV_${bucket}`;
  return [
    '$JS.API.INFO',
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.CREATE.${stream}`,
    `$JS.API.STREAM.MSG.GET.${stream}`,
    `$KV.${bucket}.>`,
  ];
}

/** The bucket could not be made ready. */
export function bucketFailure(
  { bucket, replicas }: Pick<ArbiterSettings, 'bucket' | 'replicas'>,
  cause: Error,
): ClusterStartError {
  return new ClusterStartError(
    `the arbiter cannot use the bucket "${bucket}" of NATS: ${cause.message}; ${bucketAdvice(bucket, replicas, cause)}`,
    { bucket },
    { cause },
  );
}

/** By what it is called, for the class is of a package that only the client of the store asks for. */
function isWithoutJetStream({ name }: Error): boolean {
  return name === 'JetStreamNotEnabled';
}

/** The server has looked at the request and refuses it. */
export function isApiError(error: Error | undefined): error is Error & { readonly code: number } {
  return error?.name === 'JetStreamApiError' || error?.name === 'StreamNotFoundError';
}

/** The user of the server may not ask for it. */
export function isDenied(error: Error): boolean {
  return error instanceof PermissionViolationError || error.cause instanceof PermissionViolationError;
}

export function permissionAdvice(bucket: string): string {
  return `allow it to publish to ${arbiterSubjects(bucket)
    .map((subject) => `"${subject}"`)
    .join(', ')}`;
}

function bucketAdvice(bucket: string, replicas: number, cause: Error): string {
  if (isDenied(cause)) return permissionAdvice(bucket);
  if (isWithoutJetStream(cause)) return 'start the server, and enable the account, with JetStream';
  return replicas > 1
    ? `look whether ${replicas} servers of its cluster run with JetStream`
    : 'look whether JetStream of the server works and has room';
}
