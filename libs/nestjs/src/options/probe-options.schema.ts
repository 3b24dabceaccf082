import { IsBoolean, IsInt, Matches, Max, Min, ValidateIf } from 'class-validator';
import { MIN_SECRET_BYTES } from '@noex/transport-tcp';
import { isObject } from './code-options.js';
import { isHost } from './host-form.js';
import { COUNT, FLAG, INTERVAL, MAX_TIMER_MS, PORT, TIMEOUT } from './option-forms.js';
import { rule } from './schema-rule.js';

const PATH = { message: 'an HTTP path of letters, digits and . _ - ~, for instance ops/health' };
const HTTP_PATH = /^\/?[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/;

const inUse = (group: 'health' | 'metrics' | 'canary') =>
  ValidateIf((options: ProbeSchema) => isObject(options[group]));
const withoutSlash = (path: unknown) => String(path).replace(/^\//, '');
/** What the options before it in this list have taken, where those are in use. */
const otherPath = (others: readonly HealthPathName[], expected: string) =>
  rule<ProbeSchema>(
    'distinct',
    expected,
    (path, options) =>
      !isObject(options.health) || others.every((name) => withoutSlash(options[name]) !== withoutSlash(path)),
  );
type HealthPathName = 'health.livePath' | 'health.readyPath' | 'health.startupPath';
const countOrFalse = (what: string) =>
  rule(
    'limit',
    `a whole number of ${what} of at least 1, or false for no limit`,
    (value) => value === false || (Number.isSafeInteger(value) && (value as number) >= 1),
  );
const hasManagement = ({ management, 'management.port': port }: ProbeSchema) =>
  management === undefined ? port !== undefined : isObject(management);
const hasToken = ({ management, 'management.token': token }: ProbeSchema) =>
  management !== false && token !== undefined;
/** What an HTTP header can carry as it is. */
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${MIN_SECRET_BYTES},}$`);

/** The options of what watches a node and of who may see it; checked as part of OptionsSchema. */
export class ProbeSchema {
  @rule(
    'health',
    '{ livePath, readyPath, startupPath, aliases, maxLoopLagMs, maxQueuedMessages }, or false for none',
    (value) => value === false || isObject(value),
  )
  health!: object | false;

  @inUse('health')
  @Matches(HTTP_PATH, PATH)
  'health.livePath'!: string;

  @inUse('health')
  @Matches(HTTP_PATH, PATH)
  @otherPath(['health.livePath'], 'a path other than health.livePath')
  'health.readyPath'!: string;

  @inUse('health')
  @Matches(HTTP_PATH, PATH)
  @otherPath(
    ['health.livePath', 'health.readyPath'],
    'a path other than health.livePath and health.readyPath',
  )
  'health.startupPath'!: string;

  @inUse('health')
  @IsBoolean(FLAG)
  'health.aliases'!: boolean;

  @inUse('health')
  @countOrFalse('milliseconds')
  'health.maxLoopLagMs'!: number | false;

  @inUse('health')
  @countOrFalse('messages')
  'health.maxQueuedMessages'!: number | false;

  @rule('metrics', '{ path }, or false for none', (value) => value === false || isObject(value))
  metrics!: object | false;

  @inUse('metrics')
  @Matches(HTTP_PATH, PATH)
  @otherPath(
    ['health.livePath', 'health.readyPath', 'health.startupPath'],
    'a path other than those of health',
  )
  @rule<ProbeSchema>(
    'noAlias',
    'a path other than health and ready, which health.aliases serves',
    (path, { health, 'health.aliases': aliases }) =>
      !isObject(health) || aliases !== true || !['health', 'ready'].includes(withoutSlash(path)),
  )
  'metrics.path'!: string;

  @rule(
    'canary',
    '{ intervalMs, timeoutMs, failures }, or false for none',
    (value) => value === false || isObject(value),
  )
  canary!: object | false;

  @inUse('canary')
  @IsInt(INTERVAL)
  @Min(10, INTERVAL)
  @Max(MAX_TIMER_MS, INTERVAL)
  'canary.intervalMs'!: number;

  @inUse('canary')
  @IsInt(TIMEOUT)
  @Min(1, TIMEOUT)
  @Max(MAX_TIMER_MS, TIMEOUT)
  'canary.timeoutMs'!: number;

  @inUse('canary')
  @IsInt(COUNT)
  @Min(1, COUNT)
  'canary.failures'!: number;

  @rule(
    'management',
    '{ port, host, token, tokenFile, allowRemote }, or false for no port of its own',
    (value) => value === undefined || value === false || isObject(value),
  )
  management!: object | false | undefined;

  @ValidateIf(hasManagement)
  @IsInt(PORT)
  @Min(0, PORT)
  @Max(65_535, PORT)
  'management.port'!: number | undefined;

  @ValidateIf(hasManagement)
  @rule('host', 'an IP address or host name to listen on, without a port', isHost)
  'management.host'!: string;

  @ValidateIf(hasToken)
  @rule(
    'strongToken',
    `a token of at least ${MIN_SECRET_BYTES} visible ASCII characters (openssl rand -base64 32 makes one)`,
    (token) => typeof token === 'string' && TOKEN.test(token),
  )
  @rule(
    'managementPort',
    'the management port, which serves the API: set MANAGEMENT_PORT (management.port) too',
    (_, options: ProbeSchema) => hasManagement(options),
  )
  'management.token'!: string | undefined;

  /** Read, and checked, by token-source.ts. */
  'management.tokenFile'!: unknown;

  @ValidateIf(({ management }: ProbeSchema) => management !== false)
  @IsBoolean(FLAG)
  'management.allowRemote'!: boolean;
}
