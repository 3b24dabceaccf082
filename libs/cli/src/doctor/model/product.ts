/** What the doctor knows of nodes. test/doctor/product.spec.ts holds it to what @noex/nestjs reads. */
export const DEFAULT_CLUSTER_PORT = 4369;

/** `CLUSTER_DRAIN_MS` where it is not set. */
export const DEFAULT_DRAIN_MS = 20_000;

/** Where a node answers probes. */
export const PROBE_PATHS = { startup: '/startupz', live: '/livez', ready: '/readyz' } as const;

/** Readiness as older versions call it; a node answers there too. */
export const OLDER_READY_PATH = '/ready';

/** A container or service that sets any of them runs a node. Not CLUSTER_NAME, _HOST and _PORT: others have them too. */
export const NODE_VARIABLES: readonly string[] = [
  'CLUSTER_ADVERTISED_HOST',
  'CLUSTER_DRAIN_MS',
  'CLUSTER_INSECURE',
  'CLUSTER_QUORUM',
  'CLUSTER_SECRET',
  'CLUSTER_SECRET_FILE',
  'CLUSTER_SEEDS',
  'CLUSTER_TLS_CA_FILE',
  'CLUSTER_TLS_CERT_FILE',
  'CLUSTER_TLS_KEY_FILE',
];
