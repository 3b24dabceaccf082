import type { ContextPropagator } from '../context/context-propagator.js';
import type { Arbiter, Logger, Transport } from '@noex/contracts';
import type { QuorumRule } from '@noex/cluster';
import type { TlsFiles } from '@noex/transport-tcp';
import type { ApiToken } from '../management/api-token.js';
import type { SupervisionTree } from '../supervision/supervision-tree.js';
import type { ClusterSecrets } from './cluster-secrets.js';
import type { NatsServers } from './nats-servers.js';

/** Makes the transport of one node; called once, before the node starts. */
export type TransportFactory = (options: ResolvedNoexOptions, logger: Logger) => Transport;

/** The options of one node after environment and defaults: complete, checked, frozen, and safe to log. */
export interface ResolvedNoexOptions {
  readonly nodeName: string;
  readonly port: number;
  readonly host: string;
  readonly advertisedHost: string;
  readonly seeds: readonly string[];
  readonly secrets: ClusterSecrets;
  /** Where they were read and are to be read again when they change. */
  readonly secretFile: string | undefined;
  /** Paths of the certificates that stand in place of secrets. */
  readonly tls: TlsFiles | undefined;
  readonly clusterName: string;
  readonly insecure: boolean;
  readonly transport: 'tcp' | 'nats' | TransportFactory;
  /** In use with the transport `nats` or the arbiter `nats`. */
  readonly nats: NatsServers;
  /** Paths without a leading slash. */
  readonly health:
    | {
        readonly livePath: string;
        readonly readyPath: string;
        readonly startupPath: string;
        readonly aliases: boolean;
        readonly maxLoopLagMs: number | false;
        readonly maxQueuedMessages: number | false;
      }
    | false;
  /** Path without a leading slash. */
  readonly metrics: { readonly path: string } | false;
  readonly canary:
    { readonly intervalMs: number; readonly timeoutMs: number; readonly failures: number } | false;
  /** `false`: health and metrics are on the app's own port. */
  readonly management:
    | {
        readonly host: string;
        readonly port: number;
        /** Undefined: there is none. */
        readonly api: { readonly token: ApiToken; readonly allowRemote: boolean } | undefined;
      }
    | false;
  /** `noticeMs` undefined: it depends on whether somebody probes. */
  readonly shutdown: { readonly drainMs: number; readonly noticeMs: number | undefined };
  /** What is undefined follows from the others: see HeartbeatOptions of `@noex/cluster`. */
  readonly heartbeat: {
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly phiThreshold: number | undefined;
    readonly minStdDeviationMs: number | undefined;
    readonly acceptablePauseMs: number | undefined;
  };
  readonly quorum: QuorumRule;
  /** Undefined: the nodes decide about names among themselves. */
  readonly arbiter: 'nats' | (() => Arbiter) | undefined;
  readonly mailboxLimit: number;
  readonly callTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
  readonly strictMessages: boolean;
  readonly tracing: boolean;
  readonly propagators: readonly ContextPropagator[];
  readonly supervise: SupervisionTree;
}
