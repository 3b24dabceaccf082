import { loadTlsFiles, TLS_FILE_NAMES, type TlsFiles } from '@noex/transport-tcp';
import { validateSync } from 'class-validator';
import { ApiToken } from '../management/api-token.js';
import { readSupervision, type SupervisionTree } from '../supervision/supervision-tree.js';
import { defaultAdvertisedHost } from './advertised-host.js';
import { ClusterSecrets } from './cluster-secrets.js';
import { isObject, readCodeOptions } from './code-options.js';
import type { GivenOption } from './given-option.js';
import { thisMachine, type Machine } from './machine.js';
import { natsServersOf } from './nats-servers.js';
import type { NoexModuleOptions } from './noex-options.js';
import { OPTION_DEFAULTS } from './option-defaults.js';
import { OPTION_PATHS, optionField, type OptionPath } from './option-fields.js';
import { invalidOptions, MASKED, showValue, type OptionViolation } from './option-violation.js';
import { OptionsSchema } from './options.schema.js';
import type { ResolvedNoexOptions, TransportFactory } from './resolved-options.js';
import { readSecrets } from './secret-source.js';
import { readToken } from './token-source.js';

/**
 * Code over environment over defaults, checked as a whole. Reads the files of the secret and of TLS, and nothing else from outside.
 *
 * @throws InvalidOptionsError that lists every bad field; `data.violations` holds the same as {@link OptionViolation}s.
 */
export function resolveNoexOptions(
  code: NoexModuleOptions | undefined,
  env: NodeJS.ProcessEnv,
  machine: Machine = thisMachine,
): ResolvedNoexOptions {
  const violations: OptionViolation[] = [];
  if (code !== undefined && !isObject(code)) {
    violations.push({ field: 'options', value: MASKED, expected: 'an object of options', source: 'code' });
  }
  const { values: inCode, unknown } = readCodeOptions(isObject(code) ? code : {});
  for (const { path, meant } of unknown) {
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    // Its value is not shown: a mistyped `clusterSecret` is unknown too.
    violations.push({
      field: path,
      value: MASKED,
      expected: `no option of this name${hint}`,
      source: 'code',
      ...(meant === undefined ? {} : variableOf(meant as OptionPath)),
    });
  }

  const secrets = readSecrets(inCode.get('clusterSecret'), env, machine.readFile);
  const given = gather(inCode, secrets.given, env, machine);
  const token = readToken(given, machine.readFile);
  given['management.token'] = token.given;
  const schema = Object.assign(
    new OptionsSchema(),
    Object.fromEntries(OPTION_PATHS.map((path) => [path, given[path].value])),
  );
  const errors = new Map(
    validateSync(schema).map(({ property, constraints = {} }) => [
      property,
      // Rules of one field may share a message: it is said once.
      [...new Set(Object.values(constraints))].join(' and '),
    ]),
  );
  // The schema sees no secret where none could be read; why is known better here.
  if (secrets.problem !== undefined) errors.set('clusterSecret', secrets.problem);
  if (token.problem !== undefined) errors.set('management.tokenFile', token.problem);
  const tls = tlsFilesOf(schema);
  if (tls && !['tls', ...TLS_FILE_NAMES.map((name) => `tls.${name}`)].some((path) => errors.has(path))) {
    const { problems } = loadTlsFiles(tls, machine.readFile, new Date());
    for (const { file, expected } of problems) errors.set(`tls.${file}`, expected);
  }

  for (const path of OPTION_PATHS) {
    const expected = errors.get(path);
    if (expected === undefined) continue;
    const { value, source, variable } = given[path];
    violations.push({
      field: path,
      value: optionField(path).secret ? MASKED : showValue(value),
      expected,
      source,
      ...(variable === undefined ? variableOf(path) : { variable }),
    });
  }
  const supervision = readSupervision(given.supervise.value);
  for (const { field, value, expected } of supervision.problems) {
    violations.push({ field, value: showValue(value), expected, source: 'code' });
  }
  if (violations.length > 0) throw invalidOptions(violations);
  return resolved(schema, secrets.file, supervision.tree);
}

type Given = Record<OptionPath, GivenOption>;

function gather(
  inCode: ReadonlyMap<OptionPath, unknown>,
  secrets: GivenOption,
  env: NodeJS.ProcessEnv,
  machine: Machine,
): Given {
  const pick = (path: OptionPath, byDefault: () => unknown): GivenOption => {
    if (inCode.has(path)) return { value: inCode.get(path), source: 'code' };
    const { variable, read } = optionField(path);
    const text = variable === undefined ? undefined : env[variable];
    if (variable !== undefined && read && text !== undefined) {
      return { value: read(text), source: 'environment', variable };
    }
    return { value: byDefault(), source: 'default' };
  };

  const given = Object.fromEntries(
    OPTION_PATHS.map((path) => [
      path,
      pick(path, () => (OPTION_DEFAULTS as Partial<Record<string, unknown>>)[path]),
    ]),
  ) as Given;
  given.clusterSecret = secrets;
  given.nodeName = pick('nodeName', () => machine.hostName());
  const hasTls = TLS_FILE_NAMES.some((name) => given[`tls.${name}`].value !== undefined);
  const protectedOrTold = secrets.value !== undefined || hasTls || given.insecure.value === true;
  given.host = pick('host', () => (protectedOrTold ? '0.0.0.0' : '127.0.0.1'));
  if (given.advertisedHost.source === 'default') {
    given.advertisedHost = defaultAdvertisedHost(given.host.value, env, machine);
  }
  return given;
}

/** The checked values in their public shape. */
function resolved(
  checked: OptionsSchema,
  secretFile: string | undefined,
  supervise: SupervisionTree,
): ResolvedNoexOptions {
  const path = (name: 'health.livePath' | 'health.readyPath' | 'health.startupPath' | 'metrics.path') =>
    checked[name].replace(/^\//, '');
  const managementPort = checked['management.port'];
  return Object.freeze({
    nodeName: checked.nodeName,
    port: checked.port,
    host: checked.host,
    advertisedHost: checked.advertisedHost,
    seeds: Object.freeze([...checked.seeds]),
    secrets: new ClusterSecrets(checked.clusterSecret ?? []),
    secretFile,
    tls: tlsFilesOf(checked),
    clusterName: checked.clusterName,
    insecure: checked.insecure,
    transport: checked.transport as 'tcp' | 'nats' | TransportFactory,
    nats: natsServersOf(checked),
    health:
      checked.health !== false &&
      Object.freeze({
        livePath: path('health.livePath'),
        readyPath: path('health.readyPath'),
        startupPath: path('health.startupPath'),
        aliases: checked['health.aliases'],
        maxLoopLagMs: checked['health.maxLoopLagMs'],
        maxQueuedMessages: checked['health.maxQueuedMessages'],
      }),
    metrics: checked.metrics !== false && Object.freeze({ path: path('metrics.path') }),
    canary:
      checked.canary !== false &&
      Object.freeze({
        intervalMs: checked['canary.intervalMs'],
        timeoutMs: checked['canary.timeoutMs'],
        failures: checked['canary.failures'],
      }),
    management:
      checked.management !== false &&
      managementPort !== undefined &&
      Object.freeze({ host: checked['management.host'], port: managementPort, api: apiOf(checked) }),
    shutdown: Object.freeze({
      drainMs: checked['shutdown.drainMs'],
      noticeMs: checked['shutdown.noticeMs'],
    }),
    heartbeat: Object.freeze({
      intervalMs: checked['heartbeat.intervalMs'],
      timeoutMs: checked['heartbeat.timeoutMs'],
      phiThreshold: checked['heartbeat.phiThreshold'],
      minStdDeviationMs: checked['heartbeat.minStdDeviationMs'],
      acceptablePauseMs: checked['heartbeat.acceptablePauseMs'],
    }),
    quorum: checked.quorum,
    arbiter: arbiterOf(checked),
    mailboxLimit: checked.mailboxLimit,
    callTimeoutMs: checked.callTimeoutMs,
    maxMessageBytes: checked.maxMessageBytes,
    maxQueuedBytes: checked.maxQueuedBytes,
    strictMessages: checked.strictMessages,
    tracing: checked.tracing,
    propagators: checked.propagators,
    supervise: Object.freeze(supervise),
  });
}

/** Behind a function it is not logged, nor the password that may be in it. */
function arbiterOf({ arbiter }: OptionsSchema): ResolvedNoexOptions['arbiter'] {
  return typeof arbiter === 'object' ? () => arbiter : arbiter;
}

function apiOf(checked: OptionsSchema): { token: ApiToken; allowRemote: boolean } | undefined {
  const token = checked['management.token'];
  if (token === undefined) return undefined;
  return Object.freeze({ token: new ApiToken(token), allowRemote: checked['management.allowRemote'] });
}

/** `undefined` when any is given is a violation of the schema. */
function tlsFilesOf(schema: OptionsSchema): TlsFiles | undefined {
  const { 'tls.certFile': certFile, 'tls.keyFile': keyFile, 'tls.caFile': caFile } = schema;
  if (certFile === undefined || keyFile === undefined || caFile === undefined) return undefined;
  return Object.freeze({ certFile, keyFile, caFile });
}

function variableOf(path: OptionPath): { variable?: string } {
  const { variable } = optionField(path);
  return variable === undefined ? {} : { variable };
}
