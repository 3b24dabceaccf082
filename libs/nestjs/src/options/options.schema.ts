import { ArrayNotEmpty, IsArray, IsBoolean, IsInt, IsOptional, Max, Min, ValidateIf } from 'class-validator';
import type { QuorumRule } from '@noex/cluster';
import type { Arbiter } from '@noex/contracts';
import { MIN_SECRET_BYTES, TLS_FILE_NAMES } from '@noex/transport-tcp';
import type { ContextPropagator } from '../context/context-propagator.js';
import { isObject } from './code-options.js';
import { isHost, isLoopback, isWildcard } from './host-form.js';
import { isName, isNodeName } from './node-name-form.js';
import type { OptionPath } from './option-fields.js';
import { COUNT, DURATION, FLAG, INTERVAL, MAX_TIMER_MS, PORT, TIMEOUT } from './option-forms.js';
import { NatsSchema } from './nats-options.schema.js';
import { rule } from './schema-rule.js';
import { isSeed } from './seed-form.js';

const FRAME = { message: 'a whole number of bytes from 1024 to 1073741824 (1 GiB)' };
const SECRETS = { message: 'one or more secrets of at least 1 character each; leave it unset for none' };

const isSecretList = (value: unknown): value is string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((secret) => typeof secret === 'string' && secret !== '');

const hasTls = (options: OptionsSchema) =>
  options.tls !== undefined || TLS_FILE_NAMES.some((name) => options[`tls.${name}`] !== undefined);
/** What is no group at all has no parts that could be missing. */
const isPartOfTls = (options: OptionsSchema) =>
  hasTls(options) && (options.tls === undefined || isObject(options.tls));
const tlsFile = (what: string) =>
  rule<OptionsSchema>(
    'tlsFile',
    `the path of ${what}; certificates need CLUSTER_TLS_CERT_FILE, CLUSTER_TLS_KEY_FILE and CLUSTER_TLS_CA_FILE, all three`,
    (path, options) => !isPartOfTls(options) || (typeof path === 'string' && path !== ''),
  );

const isPropagator = (value: unknown): value is ContextPropagator =>
  isObject(value) &&
  ['send', 'handle'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const isArbiter = (value: unknown): value is Arbiter => {
  if (!isObject(value)) return false;
  const { id, leaseMs, ...methods } = Object.fromEntries(
    ARBITER_PARTS.map((part) => [part, (value as Record<string, unknown>)[part]]),
  );
  return (
    typeof id === 'string' &&
    typeof leaseMs === 'number' &&
    leaseMs > 0 &&
    Object.values(methods).every((method) => typeof method === 'function')
  );
};
const ARBITER_PARTS = [
  'id',
  'leaseMs',
  'start',
  'claim',
  'renew',
  'release',
  'close',
] satisfies (keyof Arbiter)[];

/**
 * Every option passes here, wherever it comes from. Properties are named by the option's path, so that a violation names
 * the field as its user wrote it; each message says what is expected.
 */
export class OptionsSchema extends NatsSchema implements Record<OptionPath, unknown> {
  @rule(
    'nodeName',
    'a node name: 1 to 253 letters, digits, . _ or -, beginning with a letter or digit, and not a placement word (local, random, …)',
    isNodeName,
  )
  nodeName!: string;

  @IsInt(PORT)
  @Min(0, PORT)
  @Max(65_535, PORT)
  port!: number;

  @rule('host', 'an IP address or host name to listen on, without a port', isHost)
  @rule<OptionsSchema>(
    'secured',
    'a cluster secret to listen beyond loopback: set CLUSTER_SECRET or CLUSTER_SECRET_FILE (or CLUSTER_TLS_CERT_FILE), or CLUSTER_HOST=127.0.0.1, or CLUSTER_INSECURE=true if anybody may join',
    (host, options) =>
      // Over NATS nothing listens; the transport asks the same of its servers.
      options.transport === 'nats' ||
      !isHost(host) ||
      isLoopback(host) ||
      options.insecure === true ||
      options.clusterSecret !== undefined ||
      hasTls(options),
  )
  host!: string;

  @rule(
    'advertisedHost',
    'an IP address or host name that peers can dial, without a port',
    (host) => isHost(host) && !isWildcard(host),
  )
  advertisedHost!: string;

  @rule<OptionsSchema>(
    'seeds',
    (_, seeds) => {
      const forms = 'a list of name@host:port, host:port, dns:host:port or srv:_service._tcp.host';
      const bad = Array.isArray(seeds) ? seeds.filter((seed) => !isSeed(seed)) : [];
      return bad.length > 0
        ? `${forms}, unlike ${bad.map((seed) => JSON.stringify(seed)).join(', ')}`
        : forms;
    },
    (seeds) => Array.isArray(seeds) && seeds.every(isSeed),
  )
  seeds!: string[];

  @ValidateIf((options: OptionsSchema) => options.clusterSecret !== undefined)
  @IsArray(SECRETS)
  @ArrayNotEmpty(SECRETS)
  @rule('secrets', SECRETS.message, isSecretList)
  @rule(
    'oneSecretEach',
    'secrets without a comma: it separates them in CLUSTER_SECRET',
    (secrets) => !isSecretList(secrets) || secrets.every((secret) => !secret.includes(',')),
  )
  @rule<OptionsSchema>(
    'strongSecret',
    `secrets of at least ${MIN_SECRET_BYTES} bytes each, since the node listens beyond loopback (openssl rand -base64 32 makes one)`,
    (secrets, { host, transport }) =>
      transport === 'nats' ||
      !isSecretList(secrets) ||
      (isHost(host) && isLoopback(host)) ||
      secrets.every((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES),
  )
  clusterSecret!: string[] | undefined;

  @rule('tls', '{ certFile, keyFile, caFile }, or nothing', (value) => value === undefined || isObject(value))
  @rule<OptionsSchema>(
    'oneProtection',
    'either certificates (CLUSTER_TLS_…) or a secret (CLUSTER_SECRET, CLUSTER_SECRET_FILE), not both; choose the same on every node',
    (_, options) => !hasTls(options) || options.clusterSecret === undefined,
  )
  tls!: object | undefined;

  @tlsFile("this node's certificate in PEM form")
  'tls.certFile'!: string | undefined;

  @tlsFile("the certificate's private key in PEM form")
  'tls.keyFile'!: string | undefined;

  @tlsFile("the cluster's own CA in PEM form")
  'tls.caFile'!: string | undefined;

  @rule(
    'clusterName',
    'a cluster name: 1 to 253 letters, digits, . _ or -, beginning with a letter or digit',
    isName,
  )
  clusterName!: string;

  @IsBoolean(FLAG)
  insecure!: boolean;

  @rule(
    'transport',
    'tcp, nats, or in code a transport factory',
    (value) => value === 'tcp' || value === 'nats' || typeof value === 'function',
  )
  @rule<OptionsSchema>(
    'meshOnly',
    'tcp where nodes show certificates (CLUSTER_TLS_…): over NATS they have CLUSTER_SECRET, and NATS_TLS_CA_FILE is for TLS to the server',
    (transport, options) => transport !== 'nats' || !hasTls(options),
  )
  transport!: unknown;

  @rule('shutdown', '{ drainMs, noticeMs }', isObject)
  shutdown!: object;

  @IsInt(DURATION)
  @Min(0, DURATION)
  @Max(MAX_TIMER_MS, DURATION)
  'shutdown.drainMs'!: number;

  @IsOptional()
  @IsInt(DURATION)
  @Min(0, DURATION)
  @Max(MAX_TIMER_MS, DURATION)
  'shutdown.noticeMs'!: number | undefined;

  @rule(
    'heartbeat',
    '{ intervalMs, timeoutMs, phiThreshold, minStdDeviationMs, acceptablePauseMs }',
    isObject,
  )
  heartbeat!: object;

  @IsInt(INTERVAL)
  @Min(10, INTERVAL)
  @Max(MAX_TIMER_MS, INTERVAL)
  'heartbeat.intervalMs'!: number;

  @IsInt(TIMEOUT)
  @Min(1, TIMEOUT)
  @Max(MAX_TIMER_MS, TIMEOUT)
  @rule<OptionsSchema>(
    'beyondInterval',
    (options) => `more than twice heartbeat.intervalMs (${options['heartbeat.intervalMs']})`,
    (timeoutMs, { 'heartbeat.intervalMs': intervalMs }) =>
      typeof timeoutMs !== 'number' || typeof intervalMs !== 'number' || timeoutMs > 2 * intervalMs,
  )
  'heartbeat.timeoutMs'!: number;

  @IsOptional()
  @rule('suspicion', 'a number above 0', (value) => typeof value === 'number' && value > 0)
  'heartbeat.phiThreshold'!: number | undefined;

  @IsOptional()
  @rule(
    'deviation',
    `a number of milliseconds above 0, at most ${MAX_TIMER_MS}`,
    (value) => typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS,
  )
  'heartbeat.minStdDeviationMs'!: number | undefined;

  @IsOptional()
  @IsInt(DURATION)
  @Min(0, DURATION)
  @Max(MAX_TIMER_MS, DURATION)
  'heartbeat.acceptablePauseMs'!: number | undefined;

  @rule(
    'quorum',
    'majority, a whole number of nodes of at least 1, or false for no condition',
    (value) =>
      value === false || value === 'majority' || (Number.isSafeInteger(value) && (value as number) >= 1),
  )
  quorum!: QuorumRule;

  @rule(
    'arbiter',
    'nats, or in code an arbiter: { id, leaseMs, start, claim, renew, release, close }; leave it unset for none',
    (value) => value === undefined || value === 'nats' || isArbiter(value),
  )
  arbiter!: 'nats' | Arbiter | undefined;

  @IsInt(COUNT)
  @Min(1, COUNT)
  mailboxLimit!: number;

  @IsInt(TIMEOUT)
  @Min(1, TIMEOUT)
  @Max(MAX_TIMER_MS, TIMEOUT)
  callTimeoutMs!: number;

  @IsInt(FRAME)
  @Min(1024, FRAME)
  @Max(2 ** 30, FRAME)
  maxMessageBytes!: number;

  @IsInt(COUNT)
  @Min(1, COUNT)
  maxQueuedBytes!: number;

  @IsBoolean(FLAG)
  strictMessages!: boolean;

  @IsBoolean(FLAG)
  tracing!: boolean;

  @rule(
    'propagators',
    'a list of propagators, each with the methods send and handle',
    (propagators) => Array.isArray(propagators) && propagators.every(isPropagator),
  )
  propagators!: ContextPropagator[];

  /** A tree, with rules of its own: supervision-tree.ts. */
  supervise!: unknown;
}
