/** The text of a variable as the value it stands for; text that stands for none stays text, and the schema reports it. */
type ReadText = (text: string) => unknown;

const readText: ReadText = (text) => text.trim();

const readNumber: ReadText = (text) => (/^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text);

const readBoolean: ReadText = (text) => {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : text;
};

const readQuorum: ReadText = (text) => {
  const word = text.trim().toLowerCase();
  return word === 'false' ? false : word === 'majority' ? word : readNumber(text);
};

const readList: ReadText = (text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

export interface OptionField {
  /** The variable that sets it; without one it is set in code only. */
  readonly variable?: string;
  readonly read?: ReadText;
  /** Its value never appears in a message. */
  readonly secret?: true;
}

/** Every option by its path, in the order in which errors list them. */
export const OPTION_FIELDS = {
  nodeName: { variable: 'NODE_NAME', read: readText },
  port: { variable: 'CLUSTER_PORT', read: readNumber },
  host: { variable: 'CLUSTER_HOST', read: readText },
  advertisedHost: { variable: 'CLUSTER_ADVERTISED_HOST', read: readText },
  seeds: { variable: 'CLUSTER_SEEDS', read: readList },
  // Two variables and a file stand behind this one: secret-source.ts.
  clusterSecret: { variable: 'CLUSTER_SECRET', secret: true },
  // Paths, but masked: the key itself may have been put in their place.
  tls: { secret: true },
  'tls.certFile': { variable: 'CLUSTER_TLS_CERT_FILE', read: readText, secret: true },
  'tls.keyFile': { variable: 'CLUSTER_TLS_KEY_FILE', read: readText, secret: true },
  'tls.caFile': { variable: 'CLUSTER_TLS_CA_FILE', read: readText, secret: true },
  clusterName: { variable: 'CLUSTER_NAME', read: readText },
  insecure: { variable: 'CLUSTER_INSECURE', read: readBoolean },
  transport: { variable: 'CLUSTER_TRANSPORT', read: readText },
  nats: {},
  // Masked, since a URL may hold a password.
  'nats.servers': { variable: 'NATS_URL', read: readList, secret: true },
  'nats.credsFile': { variable: 'NATS_CREDS_FILE', read: readText, secret: true },
  'nats.nkeySeedFile': { variable: 'NATS_NKEY_SEED_FILE', read: readText, secret: true },
  'nats.tls': {},
  'nats.tls.caFile': { variable: 'NATS_TLS_CA_FILE', read: readText },
  'nats.tls.certFile': { variable: 'NATS_TLS_CERT_FILE', read: readText },
  'nats.tls.keyFile': { variable: 'NATS_TLS_KEY_FILE', read: readText, secret: true },
  health: {},
  'health.livePath': {},
  'health.readyPath': {},
  'health.startupPath': {},
  'health.aliases': {},
  'health.maxLoopLagMs': {},
  'health.maxQueuedMessages': {},
  metrics: {},
  'metrics.path': {},
  canary: {},
  'canary.intervalMs': {},
  'canary.timeoutMs': {},
  'canary.failures': {},
  management: {},
  // Without a default: there is no management port unless it is given.
  'management.port': { variable: 'MANAGEMENT_PORT', read: readNumber },
  'management.host': { variable: 'MANAGEMENT_HOST', read: readText },
  // Either of the two: token-source.ts.
  'management.token': { variable: 'MANAGEMENT_TOKEN', read: readText, secret: true },
  'management.tokenFile': { variable: 'MANAGEMENT_TOKEN_FILE', read: readText, secret: true },
  'management.allowRemote': { variable: 'MANAGEMENT_ALLOW_REMOTE', read: readBoolean },
  shutdown: {},
  'shutdown.drainMs': { variable: 'CLUSTER_DRAIN_MS', read: readNumber },
  // Without a default here: it depends on whether somebody probes.
  'shutdown.noticeMs': { variable: 'CLUSTER_NOTICE_MS', read: readNumber },
  heartbeat: {},
  'heartbeat.intervalMs': { variable: 'CLUSTER_HEARTBEAT_INTERVAL_MS', read: readNumber },
  'heartbeat.timeoutMs': { variable: 'CLUSTER_HEARTBEAT_TIMEOUT_MS', read: readNumber },
  // Without a default here: the cluster derives theirs from the two above.
  'heartbeat.phiThreshold': { variable: 'CLUSTER_HEARTBEAT_PHI_THRESHOLD', read: readNumber },
  'heartbeat.minStdDeviationMs': { variable: 'CLUSTER_HEARTBEAT_MIN_STD_DEVIATION_MS', read: readNumber },
  'heartbeat.acceptablePauseMs': { variable: 'CLUSTER_HEARTBEAT_ACCEPTABLE_PAUSE_MS', read: readNumber },
  quorum: { variable: 'CLUSTER_QUORUM', read: readQuorum },
  // Without a default: the nodes decide among themselves.
  arbiter: { variable: 'CLUSTER_ARBITER', read: readText },
  mailboxLimit: {},
  callTimeoutMs: {},
  maxMessageBytes: {},
  maxQueuedBytes: {},
  strictMessages: {},
  tracing: {},
  propagators: {},
  // Read and checked by supervision-tree.ts.
  supervise: {},
} as const satisfies Record<string, OptionField>;

export type OptionPath = keyof typeof OPTION_FIELDS;

export const OPTION_PATHS = Object.keys(OPTION_FIELDS) as OptionPath[];

export function optionField(path: OptionPath): OptionField {
  return OPTION_FIELDS[path];
}
