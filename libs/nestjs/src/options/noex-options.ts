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
   * Address to listen on. Variable `CLUSTER_HOST`, default `0.0.0.0` with a secret or with `insecure`, else
   * `127.0.0.1`. Anything beyond loopback needs `clusterSecret`, or `insecure` outright.
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
   * dials: that is how a secret is rotated without downtime. Variable `CLUSTER_SECRET`, or a file named by
   * `CLUSTER_SECRET_FILE`; default none. At least 16 bytes unless `host` is loopback; a secret holds no comma.
   */
  clusterSecret?: string | string[];

  /** Nodes of another cluster name are refused. Variable `CLUSTER_NAME`, default `noex`. */
  clusterName?: string;

  /**
   * Listen beyond loopback without a secret: whoever reaches the port can run your handlers. Variable
   * `CLUSTER_INSECURE`, default `false`. With a secret it changes nothing.
   */
  insecure?: boolean;

  /** How frames reach other nodes: the embedded TCP mesh, or your own. Variable `CLUSTER_TRANSPORT`, default `tcp`. */
  transport?: 'tcp' | TransportFactory;

  /** HTTP paths of liveness and readiness, default `health` and `ready`; `false` serves neither. */
  health?: HealthOptions | false;

  /** HTTP path of the Prometheus page, default `metrics`; `false` serves none. */
  metrics?: MetricsOptions | false;

  shutdown?: ShutdownOptions;

  heartbeat?: HeartbeatOptions;

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
   * Encode and decode messages between processes of this node too, so that what works here also crosses a network.
   * Default `false`. Costs a copy per local message.
   */
  strictMessages?: boolean;

  /**
   * What runs on this node from its start to its end, in start order, under the node's root supervisor: behaviors by class
   * or name, and supervisors of their own. The object form also says how the root restarts. Default: nothing but the
   * behaviors with `autoStart`, which come after these.
   */
  supervise?: readonly SupervisedChild[] | SupervisedRoot;
}

export interface HealthOptions {
  /** Path of liveness, default `health`. */
  livePath?: string;
  /** Path of readiness, default `ready`. */
  readyPath?: string;
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
}

export interface HeartbeatOptions {
  /**
   * How often a silent connection is probed, in milliseconds. Variable `CLUSTER_HEARTBEAT_INTERVAL_MS`, default 1000.
   * Lower costs a small frame per peer and interval.
   */
  intervalMs?: number;
  /**
   * Silence after which a peer counts as down, in milliseconds; more than twice the interval. Variable
   * `CLUSTER_HEARTBEAT_TIMEOUT_MS`, default 4000. Lower finds hung nodes sooner and accuses slow ones more often.
   */
  timeoutMs?: number;
}
