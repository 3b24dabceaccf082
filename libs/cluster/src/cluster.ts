import {
  NodeNotRunningError,
  arbiterFeature,
  PROTOCOL_VERSION,
  silentLogger,
  systemClock,
  type ExitReason,
  type Logger,
  type ProcessRef,
  type Transport,
  type TransportHost,
} from '@noex/contracts';
import {
  LocalNode,
  type BehaviorDriver,
  type CallOptions,
  type DownListener,
  type Headers,
  type LinkedProcess,
  type Messenger,
  type Monitor,
} from '@noex/runtime';
import { clusterNodes, clusterStats, peerStats, type PeerStats } from './cluster-view.js';
import { ClusterHost } from './cluster-host.js';
import {
  DEFAULT_CLUSTER_NAME,
  type ClusterNode,
  type ClusterOptions,
  type ClusterStatus,
  type DrainLedger,
  type DrainOptions,
} from './cluster-options.js';
import { Departure } from './departure.js';
import type { ClusterGroups } from './groups/cluster-groups.js';
import { Introductions } from './membership/introductions.js';
import { machineLoopDelay, noLoopDelay } from './membership/loop-delay.js';
import { Members } from './membership/members.js';
import type { Quorum } from './membership/quorum.js';
import type { GlobalNames } from './names/global-names.js';
import { Listeners } from './listeners.js';
import { resolvePeerLimits } from './remote/peer-limits.js';
import { RemoteRouter } from './remote/remote-router.js';
import { Serving } from './remote/serving.js';
import { SharedState } from './shared-state.js';
import type { ClusterSpawnOptions, NodeSpawnOptions } from './spawn-options.js';
import { Spawner } from './spawner.js';
import { PayloadCodec } from './wire/payload-codec.js';

/** START HERE. A node among others: its own processes, and ways to reach those of its peers over a transport. */
export class Cluster implements Messenger {
  readonly node: LocalNode;
  readonly self: TransportHost['self'];
  readonly members: Members;
  readonly statusChange: Listeners<[status: ClusterStatus]>;
  /** What the transport is given; nothing for users. */
  readonly host: ClusterHost;
  private readonly shared: SharedState;
  private readonly serving = new Serving();
  private readonly introductions: Introductions;
  private readonly departure: Departure;
  private readonly spawner: Spawner;
  private readonly router: RemoteRouter;
  private readonly transport: Transport;
  private readonly logger: Logger;
  private currentStatus: ClusterStatus = 'starting';
  private started = false;
  private ownAddress = '';
  private left: Promise<DrainLedger> | undefined;

  constructor(options: ClusterOptions) {
    const { transport, clock = systemClock, logger = silentLogger, random = Math.random } = options;
    this.transport = transport;
    this.logger = logger;
    const codec = new PayloadCodec();
    this.node = new LocalNode({
      ...options,
      id: options.nodeName,
      ...(options.strictMessages ? { copyPayload: (payload: unknown) => codec.copy(payload) } : {}),
    });
    this.node.messenger = this;
    this.self = {
      id: this.node.id,
      incarnation: this.node.incarnation,
      clusterName: options.clusterName ?? DEFAULT_CLUSTER_NAME,
      protocol: PROTOCOL_VERSION,
      // An arbiter may know what it is once it has started, which it does before the transport.
      get features() {
        return options.arbiter ? [arbiterFeature(options.arbiter.id)] : [];
      },
    };
    this.statusChange = new Listeners('status_change', logger);
    const { self, node, serving } = this;
    const isDraining = () => this.draining;
    const loopDelay = options.clock ? noLoopDelay : machineLoopDelay();
    const members = new Members(clock, logger, options.heartbeat, () => node.processCount, loopDelay);
    this.members = members;
    this.router = new RemoteRouter(node, members);
    this.shared = new SharedState(node, members, options.quorum, options.arbiter, random);
    const { shared } = this;
    const spawnHere = (behavior: string, args: NodeSpawnOptions) => this.host.spawn(behavior, args);
    this.spawner = new Spawner(node, members, random, isDraining, spawnHere);
    this.introductions = new Introductions({ node, members, isDraining, transport, clock, random });
    const { introductions } = this;
    const limits = resolvePeerLimits(options, transport.maxFrameBytes);
    this.host = new ClusterHost({
      self,
      node,
      members,
      introductions,
      shared,
      serving,
      codec,
      limits,
      logger,
    });
    this.departure = new Departure({ node, members, serving, transport, clock, logger, host: this.host });
  }

  // --- life ---

  get status(): ClusterStatus {
    return this.currentStatus;
  }

  get draining(): boolean {
    return this.departure.hasBegun;
  }

  /** What peers dial; empty before the start. */
  get address(): string {
    return this.ownAddress;
  }

  /** Listens and begins to look for peers. Rejects with ClusterStartError; a cluster is started once. */
  async start(): Promise<void> {
    if (this.started) {
      throw new NodeNotRunningError(
        `node "${this.self.id}" was started before; a new life needs a new Cluster`,
      );
    }
    this.started = true;
    try {
      const arbiter = this.names.start();
      if (arbiter) await arbiter;
      // It may have been told to leave meanwhile.
      if (arbiter && this.draining) return;
      this.ownAddress = await this.transport.start(this.host);
    } catch (error) {
      this.setStatus('stopped');
      await this.shared.close();
      throw error;
    }
    // It was told to leave before it was there.
    if (this.draining) return;
    this.members.startHeartbeats();
    this.introductions.startGossip();
    this.setStatus('running');
    this.logger.info(`node "${this.self.id}" is running at ${this.ownAddress}`, {
      event: 'node_started',
      address: this.ownAddress,
      clusterName: this.self.clusterName,
      incarnation: this.self.incarnation,
    });
  }

  /**
   * First half of leaving: tells the peers, refuses new work of theirs with DrainingError after the notice, and waits until what
   * is under way is finished, this node's own requests included, or `budgetMs` is over.
   */
  async drain(budgetMs: number, options?: DrainOptions): Promise<void> {
    if (this.draining) return;
    this.departure.begin();
    this.setStatus('stopping');
    this.introductions.announceToAll();
    await this.departure.drain(budgetMs, options);
  }

  /** Ends all waiting of a leave; processes are killed, the goodbye is still said. */
  hurry(): void {
    this.departure.hurry();
  }

  /**
   * Second half: stops the processes within `budgetMs`, says goodbye and closes. `first` may stop some of them in an order of
   * its own before; it is counted with them. Called again, it gives the same ledger.
   */
  stop(budgetMs: number, first?: (budgetMs: number) => Promise<unknown>): Promise<DrainLedger> {
    this.left ??= this.leave(budgetMs, first);
    return this.left;
  }

  private async leave(...[budgetMs, first]: Parameters<Cluster['stop']>): Promise<DrainLedger> {
    if (!this.draining) await this.drain(0);
    this.introductions.stopGossip();
    const ledger = await this.departure.complete(budgetMs, first);
    await this.shared.close();
    this.setStatus('stopped');
    this.logger.info(`node "${this.self.id}" left the cluster`, { event: 'node_left', ...ledger });
    return ledger;
  }

  private setStatus(status: ClusterStatus): void {
    this.currentStatus = status;
    this.statusChange.emit(status);
  }

  // --- behaviors and membership ---

  /** Makes a behavior known here and, unless `remote` is false, startable by peers. Peers hear of it at once. */
  addBehavior(driver: BehaviorDriver, remote = true): void {
    this.node.addBehavior(driver, remote);
    this.introductions.announceToAll();
  }

  /** This node first, then those that are up. */
  nodes(): ClusterNode[] {
    return clusterNodes(this.node, this.ownAddress, this.draining, this.members);
  }

  /** Why this node, while it has no peer, cannot have one: it was refused for what only its configuration can change. */
  get shutOut(): string | undefined {
    return this.host.shutOut;
  }

  // --- what all nodes know ---

  /** Names that are unique in the cluster. */
  get names(): GlobalNames {
    return this.shared.names;
  }

  /** Groups of processes of all nodes. */
  get groups(): ClusterGroups {
    return this.shared.groups;
  }

  /** Whether this node sees enough others. */
  get quorum(): Quorum {
    return this.shared.quorum;
  }

  // --- processes anywhere ---

  /**
   * Resolves with the reply. Rejects with one of the errors of the public API, each with an `outcome` that says whether
   * the handler may have run.
   */
  call(
    to: ProcessRef,
    method: string,
    payload?: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<unknown> {
    return this.messengerFor(to).call(to, method, payload, options, from);
  }

  /** False when the cast was lost at once, which is counted with its reason. Throws SerializationError or MessageTooLargeError. */
  cast(to: ProcessRef, method: string, payload?: unknown, headers?: Headers, from?: ProcessRef): boolean {
    return this.messengerFor(to).cast(to, method, payload, headers, from);
  }

  /**
   * A cast that waits for room: resolves when it is in the queue to the node, or in the mailbox of a process of this node.
   * `timeoutMs` (default as for a call) is how long it waits. Rejects with OverloadedError when there was no room in time,
   * NodeUnreachableError, ProcessNotFoundError, the reason of the signal, and as `cast` throws; the cast is then not sent.
   */
  castAsync(
    to: ProcessRef,
    method: string,
    payload?: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<void> {
    return this.messengerFor(to).castAsync(to, method, payload, options, from);
  }

  /**
   * Resolves when everything sent to the node so far has been handed to the network: a producer whose cast was refused waits for
   * it. Rejects with NodeUnreachableError when the node is not connected or is lost before. Without a node: when that holds for
   * every peer, but for those that are lost.
   */
  drained(nodeId?: string): Promise<void> {
    return this.router.drained(nodeId);
  }

  /** An info message; false as for `cast`. */
  send(to: ProcessRef, name: string, payload?: unknown, from?: ProcessRef): boolean {
    return this.messengerFor(to).send(to, name, payload, from);
  }

  monitor(target: ProcessRef, down: DownListener): Monitor {
    return this.messengerFor(target).monitor(target, down);
  }

  /** Ends a process anywhere: `kill` at once, anything else after the message it is working on. */
  exit(target: ProcessRef, reason: ExitReason): void {
    this.messengerFor(target).exit(target, reason);
  }

  /** For the processes of this node; user code links with `context.link`. */
  link(process: LinkedProcess, other: ProcessRef): void {
    this.messengerFor(other).link(process, other);
  }

  private messengerFor(process: ProcessRef): Messenger {
    return process.node === this.self.id ? this.node : this.router;
  }

  /**
   * Starts a process of a behavior that the chosen node knows; resolves when its `init` has finished there. Besides what a
   * local spawn rejects with: NodeUnreachableError, NodeDownError, DrainingError, SpawnRefusedError, OverloadedError.
   */
  spawn(behavior: string, options: ClusterSpawnOptions = {}): Promise<ProcessRef> {
    return this.spawner.spawn(behavior, options);
  }

  // --- numbers ---

  stats() {
    return clusterStats(this.node, this.members, this.router, this.serving, this.spawner);
  }

  /** Numbers of each node that is up. */
  peerStats(): Iterable<PeerStats> {
    return peerStats(this.members);
  }

  /** Connections that did not come about, by reason. */
  get refusals(): Iterable<[reason: string, count: number]> {
    return this.transport.refusals?.entries() ?? [];
  }

  /** Hears the ledger when all processes have ended, before the goodbye: what is sent to a peer then still reaches it. */
  get farewell(): Listeners<[ledger: DrainLedger]> {
    return this.departure.farewell;
  }

  /** The ledger as it stands; undefined before the node leaves. */
  get ledger(): DrainLedger | undefined {
    return this.departure.ledger;
  }
}
