import type { Arbiter } from '@noex/contracts';
import type { ContextPropagator } from '../context/context-propagator.js';
import type { SupervisedChild, SupervisedRoot } from '../supervision/supervision-options.js';
import type { TransportFactory } from './resolved-options.js';

/**
 * What `NoexModule.forRoot()` takes. Every option is optional: one that is left out (or `undefined`) comes from its
 * environment variable, then from its default; one given here wins over the environment.
 */
export interface NoexModuleOptions {
  /**
   * The node's name, unique in the cluster: 1–253 of letters, digits, `.` `_` `-`. Variable `NODE_NAME`, default the
   * host name. A node that restarts under its name is the same node in a new life; under another name it is a stranger.
   */
  nodeName?: string;

  /**
   * TCP port for the peers. Variable `CLUSTER_PORT`, default 4369; 0 takes any free port, which only nodes that
   * others learn of (not seeds) can afford.
   */
  port?: number;

  /**
   * Address to listen on. Variable `CLUSTER_HOST`, default `0.0.0.0` with a secret, with `tls` or with `insecure`, else
   * `127.0.0.1`. Anything beyond loopback needs `clusterSecret` or `tls`, or `insecure` outright.
   */
  host?: string;

  /**
   * Host name or address that peers dial. Variable `CLUSTER_ADVERTISED_HOST`, default `host` where it is one concrete
   * address, else `POD_IP`, else the machine's first address that is not loopback. Set it behind NAT, with several
   * network cards, or to advertise a name that outlives the address.
   */
  advertisedHost?: string;

  /**
   * Where to look for peers: `name@host:port`, `host:port`, `dns:host:port` (every address of the record) or
   * `srv:_service._tcp.host`. Variable `CLUSTER_SEEDS`, comma-separated, default none. One reachable seed is enough, the
   * rest is learned; a node skips itself.
   */
  seeds?: string[];

  /**
   * Authenticates and encrypts the links. Several (an array or comma-separated) are all accepted and the first one
   * dials, the others where it is refused: that is how a secret is rotated without downtime, `old`, then `new,old`, then `new`.
   * Variable `CLUSTER_SECRET`, or a file named by `CLUSTER_SECRET_FILE` (one a line, or commas); default none. The file is read again
   * when it changes, within 2 to 3 s; connections that are up stay, and a file that cannot be used changes nothing but the log. At least
   * 16 bytes unless `host` is loopback; a secret holds no comma.
   */
  clusterSecret?: string | string[];

  /** Mutual TLS in place of a secret: giving both is an error. Default none. */
  tls?: TlsOptions;

  /** Nodes of another cluster name are refused. Variable `CLUSTER_NAME`, default `noex`. */
  clusterName?: string;

  /**
   * Listen beyond loopback without a secret or certificates: whoever reaches the port can run your handlers. Variable
   * `CLUSTER_INSECURE`, default `false`. With a secret or certificates it changes nothing.
   */
  insecure?: boolean;

  /**
   * How frames reach other nodes: the embedded TCP mesh, servers of NATS (`nats`, of the package `@noex/transport-nats`), or your own. Variable
   * `CLUSTER_TRANSPORT`, default `tcp`. Over NATS `port`, `host`, `advertisedHost` and `seeds` have no meaning, and `tls` is refused.
   */
  transport?: 'tcp' | 'nats' | TransportFactory;

  /** The servers of the transport `nats`, and of the arbiter `nats`. */
  nats?: NatsOptions;

  /** HTTP paths of the three probes, and how much load a ready node may have; `false` serves none and watches no load. */
  health?: HealthOptions | false;

  /** HTTP path of the Prometheus page, default `metrics`; `false` serves none. */
  metrics?: MetricsOptions | false;

  /** The process that each node starts on another at an interval to see that the way there works; `false` for none. */
  canary?: CanaryOptions | false;

  /**
   * A port of their own for health and metrics, which the app's own port then does not serve; it listens before the node starts.
   * `false` for none, whatever the environment says. Default none.
   */
  management?: ManagementOptions | false;

  shutdown?: ShutdownOptions;

  heartbeat?: HeartbeatOptions;

  /**
   * How many nodes, itself included, this node must see to be ready, to take new global names and to start processes of one:
   * `majority` (of the nodes it knows of), a number, or `false` for no condition: then each side of a partition goes on by itself.
   * Variable `CLUSTER_QUORUM`, default `false`. A number of more than half of the nodes is the safe choice where their count is
   * known. A node that is waited for must be able to start while the others are not ready: on Kubernetes a StatefulSet with
   * `podManagementPolicy: Parallel` and a headless service with `publishNotReadyAddresses: true`.
   */
  quorum?: 'majority' | number | false;

  /**
   * Who decides, for all nodes, which process has a global name, so that no two do, on no side of a partition: `nats` (a bucket of
   * JetStream on the servers of `nats`, of the package `@noex/transport-nats`, whatever the transport), or one of your own, such as
   * `natsArbiter({ … })` with another lease. Variable `CLUSTER_ARBITER`, default none: then the nodes decide among themselves. All nodes
   * have the same one, or refuse each other. It costs a request per name and 5 s, and a process whose name cannot be renewed is stopped.
   */
  arbiter?: 'nats' | Arbiter;

  /**
   * Messages that may wait in one process before senders get an `OverloadedError`. Default 100 000. Higher takes longer
   * bursts, and hides a process that cannot keep up for longer, at the price of memory.
   */
  mailboxLimit?: number;

  /** How long a call waits for its reply, in milliseconds, where the caller does not say. Default 5000. */
  callTimeoutMs?: number;

  /**
   * Largest message that crosses nodes, in bytes. Default 16 MiB. Every peer may make this node buffer that much; use
   * the same value on all nodes, or a message that one may send another refuses.
   */
  maxMessageBytes?: number;

  /**
   * Bytes that may wait for one peer before calls to it fail with `OverloadedError` and casts return `false`. Default 32 MiB.
   * Higher takes longer bursts to a slow peer, at the price of that memory per peer.
   */
  maxQueuedBytes?: number;

  /**
   * Encode and decode messages between processes of this node too, so that what works here also crosses a network.
   * Default `false`. Costs a copy per local message.
   */
  strictMessages?: boolean;

  /**
   * Spans of OpenTelemetry for calls, casts and handlers, in one trace with what caused them. Default `true`: where the app has
   * `@opentelemetry/api` and has registered an SDK before it starts; else nothing is done, and costs nothing.
   */
  tracing?: boolean;

  /**
   * What else of a request travels with its messages: see `ContextPropagator`, and `clsPropagator` of `@noex/nestjs/cls` for
   * `nestjs-cls`. Default none. Each one runs for every message sent and handled.
   */
  propagators?: readonly ContextPropagator[];

  /**
   * What runs on this node from its start to its end, in start order, under the node's root supervisor: behaviors by class
   * or name, and supervisors of their own. The object form also says how the root restarts. Default: nothing but the
   * behaviors with `autoStart`, which come after these.
   */
  supervise?: readonly SupervisedChild[] | SupervisedRoot;
}

/**
 * Paths of files in PEM form, all three needed. Every node shows its certificate and asks for the other's: whoever holds one of
 * the CA is a member, so the CA must be the cluster's own. Host names in certificates are not compared. All three are read again when
 * they change, within 2 to 3 s; connections that are up stay, and files that cannot be used change nothing but the log.
 */
export interface TlsOptions {
  /** This node's certificate, for serverAuth and clientAuth, with intermediate ones behind it. Variable `CLUSTER_TLS_CERT_FILE`. */
  certFile?: string;
  /** Its private key, without a passphrase. Variable `CLUSTER_TLS_KEY_FILE`. */
  keyFile?: string;
  /** The cluster's CA; several while it is changed. Variable `CLUSTER_TLS_CA_FILE`. */
  caFile?: string;
}

export interface NatsOptions {
  /**
   * URLs of one NATS cluster, any of which will do: `nats://host:4222`, `tls://host:4222`, with `user:password@` or `token@` before the host
   * where that is asked for. Variable `NATS_URL`, comma-separated, default `nats://127.0.0.1:4222`. Beyond loopback `clusterSecret` is
   * needed, or `insecure` outright.
   */
  servers?: string[];
  /** Path of a file with a JWT and its key, as `nsc` writes them. Variable `NATS_CREDS_FILE`. Read at each connect. */
  credsFile?: string;
  /** Path of a file with the seed of an nkey. Variable `NATS_NKEY_SEED_FILE`. Read at each connect. */
  nkeySeedFile?: string;
  /** TLS to the server beyond what a `tls://` URL asks for. */
  tls?: {
    /** Path of the server's CA in PEM form. Variable `NATS_TLS_CA_FILE`, default the CAs that Node.js knows. */
    caFile?: string;
    /** Paths of a certificate and its key in PEM form, for a server that asks for them. Variables `NATS_TLS_CERT_FILE` and `NATS_TLS_KEY_FILE`. */
    certFile?: string;
    keyFile?: string;
  };
}

export interface HealthOptions {
  /** Path of liveness: whether this OS process makes progress. Default `livez`. */
  livePath?: string;
  /** Path of readiness: whether this node takes new work. Default `readyz`. */
  readyPath?: string;
  /** Path of startup: whether this node has started. Default `startupz`. */
  startupPath?: string;
  /** Also serves `health` and `ready`, which clients of older versions ask. Default `true`. */
  aliases?: boolean;
  /**
   * How late the event loop may run, in milliseconds, or `false` for any. Default 1000. Beyond it the node is degraded, and not ready
   * once that lasts for three looks, one every two seconds. Lower turns work away sooner, and for pauses that pass.
   */
  maxLoopLagMs?: number | false;
  /**
   * Messages that may wait in all mailboxes of this node, or `false` for any number. Default 1 000 000; as for `maxLoopLagMs`. A
   * single process that hangs shows once this is below its `mailboxLimit`.
   */
  maxQueuedMessages?: number | false;
}

export interface CanaryOptions {
  /** How often, in milliseconds, give or take a fifth. Default 10 000. Lower finds trouble sooner, at two spawns each time. */
  intervalMs?: number;
  /** Time that the canary may take, start and stop included, in milliseconds. Default 2000. */
  timeoutMs?: number;
  /** Failures in a row after which the node is not ready; before it is degraded. Default 3. */
  failures?: number;
}

export interface ManagementOptions {
  /** Variable `MANAGEMENT_PORT`, no default; 0 takes any free port (`ManagementServer.address` tells which). */
  port?: number;
  /**
   * Address to listen on. Variable `MANAGEMENT_HOST`, default `127.0.0.1`. Set `0.0.0.0` where probes come from another machine or, as on
   * Kubernetes, to the pod's address. There is no login: keep it from users by the network.
   */
  host?: string;
  /**
   * Switches the management API on, which the command `noex` talks to: it shows processes, calls them and drains nodes, for whoever has
   * this token. Variable `MANAGEMENT_TOKEN`, default none: then there is no API. At least 16 visible ASCII characters.
   */
  token?: string;
  /** A file that holds the token, in place of `token`; read once, at the start. Variable `MANAGEMENT_TOKEN_FILE`. */
  tokenFile?: string;
  /**
   * Lets the API answer other machines too, the token in clear text on the way. Variable `MANAGEMENT_ALLOW_REMOTE`, default `false`: then it
   * answers loopback alone, whatever `host` is.
   */
  allowRemote?: boolean;
}

export interface MetricsOptions {
  /** Path of the Prometheus page, default `metrics`. */
  path?: string;
}

export interface ShutdownOptions {
  /**
   * The whole budget of a graceful stop, in milliseconds. Variable `CLUSTER_DRAIN_MS`, default 20 000. Keep it below the
   * time after which the platform kills (Kubernetes: `terminationGracePeriodSeconds` minus its `preStop`).
   */
  drainMs?: number;
  /**
   * How long the node is not ready already while it still takes new work, in milliseconds, so that load balancers and probes notice before
   * anything is refused; at most half of `drainMs`, of which it is a part. Variable `CLUSTER_NOTICE_MS`, default 5000 where readiness is
   * probed (asked for repeatedly in the last 30 s), else 0. Longer than the period of the probe times its failure threshold is safe.
   */
  noticeMs?: number;
}

export interface HeartbeatOptions {
  /**
   * How often a node tells its peers that it lives, in milliseconds. Variable `CLUSTER_HEARTBEAT_INTERVAL_MS`, default 1000.
   * Lower finds hung nodes sooner and costs a small message per peer and interval. Use one value on all nodes.
   */
  intervalMs?: number;
  /**
   * Silence after which a peer counts as down whatever its past, in milliseconds; more than twice the interval. Variable
   * `CLUSTER_HEARTBEAT_TIMEOUT_MS`, default 4000, which finds every hung node within five seconds. Lower finds them sooner and
   * accuses slow ones more often.
   */
  timeoutMs?: number;
  /**
   * Suspicion (phi) at which a peer counts as down before that: 8 means one error in 10^8 silences as long, if its heartbeats go on
   * to come as they did. Variable `CLUSTER_HEARTBEAT_PHI_THRESHOLD`, default 8. Higher waits longer, up to `timeoutMs`.
   */
  phiThreshold?: number;
  /**
   * Least standard deviation believed of a peer's heartbeats, in milliseconds. Variable `CLUSTER_HEARTBEAT_MIN_STD_DEVIATION_MS`,
   * default a fortieth of the interval. Lower makes a very regular peer suspicious at its first delay.
   */
  minStdDeviationMs?: number;
  /**
   * Silence beyond the usual interval that raises no suspicion yet, in milliseconds. Variable
   * `CLUSTER_HEARTBEAT_ACCEPTABLE_PAUSE_MS`, default `timeoutMs` less one and a half intervals. Lower finds hung nodes sooner, and
   * accuses more often where packets are lost.
   */
  acceptablePauseMs?: number;
}
