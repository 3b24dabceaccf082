import {
  NodeNotRunningError,
  PROTOCOL_VERSION,
  silentLogger,
  systemClock,
  type Clock,
  type ExitReason,
  type Logger,
  type NodeDownReason,
  type PeerConnection,
  type ProcessRef,
  type Refusal,
  type RefusalCode,
  type Transport,
  type TransportHost,
} from '@noex/contracts';
import {
  LocalNode,
  type BehaviorDriver,
  type CallOptions,
  type DownListener,
  type Headers,
  type Messenger,
  type Monitor,
  type SpawnOptions,
} from '@noex/runtime';
import {
  DEFAULT_CLUSTER_NAME,
  DEFAULT_MAX_PENDING_CALLS,
  FRAME_OVERHEAD_BYTES,
  type ClusterNode,
  type ClusterOptions,
  type ClusterStatus,
  type DrainLedger,
} from './cluster-options.js';
import { readAnnouncement, type Announcement } from './membership/announcement.js';
import { DEFAULT_HEARTBEAT } from './membership/failure-detector.js';
import { Members } from './membership/members.js';
import { place, type Candidate, type Placement } from './membership/placement.js';
import { Listeners } from './listeners.js';
import { receiveFrame, type InboundHost } from './remote/inbound.js';
import { Peer, type PeerLimits } from './remote/peer.js';
import { RemoteRouter } from './remote/remote-router.js';
import { Serving } from './remote/serving.js';
import { FrameKind } from './wire/frame-kind.js';
import { PayloadCodec } from './wire/payload-codec.js';

export interface ClusterSpawnOptions<Args = unknown> extends SpawnOptions<Args> {
  /** Where. Default `least-loaded`. */
  readonly on?: Placement;
}

/** START HERE. A node among others: its own processes, and ways to reach those of its peers over a transport. */
export class Cluster implements Messenger, InboundHost, TransportHost {
  readonly node: LocalNode;
  readonly self: TransportHost['self'];
  readonly members: Members;
  readonly statusChange: Listeners<[status: ClusterStatus]>;
  private readonly serving = new Serving();
  private readonly transport: Transport;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly codec = new PayloadCodec();
  private readonly limits: PeerLimits;
  private readonly random: () => number;
  private readonly router: RemoteRouter;
  private currentStatus: ClusterStatus = 'starting';
  private started = false;
  private ownAddress = '';
  private lastRefusal: Refusal | undefined;
  private refusedRequests = 0;
  private sentSpawns = 0;
  /** Turns of `round-robin`, by behavior. */
  private readonly turns = new Map<string, number>();
  private answeredAtDrain = 0;
  private drainingSince: number | undefined;

  constructor(options: ClusterOptions) {
    this.clock = options.clock ?? systemClock;
    this.logger = options.logger ?? silentLogger;
    this.random = options.random ?? Math.random;
    this.transport = options.transport;
    const { codec } = this;
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
    };
    const largest = this.transport.maxFrameBytes - FRAME_OVERHEAD_BYTES;
    this.limits = {
      maxMessageBytes: Math.min(options.maxMessageBytes ?? largest, largest),
      maxFrameBytes: this.transport.maxFrameBytes,
      maxControlBytes: largest,
      maxPendingCalls: options.maxPendingCalls ?? DEFAULT_MAX_PENDING_CALLS,
    };
    this.statusChange = new Listeners('status_change', this.logger);
    const heartbeat = { ...DEFAULT_HEARTBEAT, ...options.heartbeat };
    this.members = new Members(this.clock, this.logger, heartbeat, () => this.node.processCount);
    this.router = new RemoteRouter(this.node, this.members);
  }

  // --- life ---

  get status(): ClusterStatus {
    return this.currentStatus;
  }

  get draining(): boolean {
    return this.drainingSince !== undefined;
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
      this.ownAddress = await this.transport.start(this);
    } catch (error) {
      this.setStatus('stopped');
      throw error;
    }
    // It was told to leave before it was there.
    if (this.draining) return;
    this.members.startHeartbeats();
    this.setStatus('running');
    this.logger.info(`node "${this.self.id}" is running at ${this.ownAddress}`, {
      event: 'node_started',
      address: this.ownAddress,
      clusterName: this.self.clusterName,
      incarnation: this.self.incarnation,
    });
  }

  /**
   * First half of leaving: tells the peers, refuses new work of theirs with DrainingError, and waits until the calls under
   * way are answered or `budgetMs` is over.
   */
  async drain(budgetMs: number): Promise<void> {
    if (this.draining) return;
    this.drainingSince = this.clock.now();
    this.answeredAtDrain = this.serving.answered;
    this.setStatus('stopping');
    this.announceToAll();
    await this.serving.whenIdle(this.clock, budgetMs);
  }

  /**
   * Second half: stops the processes within `budgetMs`, says goodbye and closes. `first` may stop some of them in an order of
   * its own before; it is counted with them.
   */
  async stop(budgetMs: number, first?: (budgetMs: number) => Promise<unknown>): Promise<DrainLedger> {
    if (!this.draining) await this.drain(0);
    const { failed } = this.serving;
    const processes = this.node.processCount;
    const deadline = this.clock.now() + budgetMs;
    if (first) await first(budgetMs);
    const processesKilled = await this.node.stop(Math.max(0, deadline - this.clock.now()));
    // What was still under way may have been answered in that time.
    const callsLost = this.serving.failed - failed + this.serving.calls;
    this.members.stopHeartbeats();
    for (const peer of this.members.connected()) {
      peer.control((writer) => writer.plain(FrameKind.Goodbye));
      peer.flush();
    }
    await this.transport.close();
    this.members.clear();
    this.setStatus('stopped');
    const ledger: DrainLedger = {
      callsCompleted: this.serving.answered - this.answeredAtDrain - (this.serving.failed - failed),
      refused: this.refusedRequests,
      callsLost,
      processesStopped: processes - processesKilled,
      processesKilled,
    };
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
    this.announceToAll();
  }

  nodes(): ClusterNode[] {
    return [
      {
        id: this.self.id,
        incarnation: this.self.incarnation,
        address: this.ownAddress,
        local: true,
        load: this.node.processCount,
        behaviors: this.node.behaviorNames,
        draining: this.draining,
      },
      ...[...this.members.values()].map((peer) => ({
        ...peer.identity,
        local: false,
        load: peer.load,
        behaviors: [...peer.behaviors],
        draining: peer.draining,
      })),
    ];
  }

  private announceToAll(): void {
    for (const peer of this.members.connected()) this.announce(peer);
  }

  private announce(peer: Peer): void {
    const announcement: Announcement = {
      behaviors: [...this.node.openToPeers],
      draining: this.draining,
      // Those that are about to be up as well: two that join at once have nobody else to hear of each other from.
      peers: [...this.members.connected()]
        .map((other) => other.identity)
        .filter(({ id }) => id !== peer.identity.id),
    };
    peer.control((writer) => writer.plain(FrameKind.Announce, announcement));
  }

  announced(peer: Peer, announcement: unknown): void {
    const { behaviors, draining, peers } = readAnnouncement(announcement);
    peer.behaviors = new Set(behaviors);
    peer.draining = draining;
    this.members.admit(peer);
    this.lastRefusal = undefined;
    const unknown = peers.filter(({ id }) => id !== this.self.id && !this.members.get(id));
    if (unknown.length > 0) this.transport.learn(unknown);
  }

  goodbye(peer: Peer): void {
    peer.connection.close('graceful_shutdown');
  }

  countRefused(): void {
    this.refusedRequests++;
  }

  // --- what the transport reports ---

  peerUp(connection: PeerConnection): void {
    const peer = new Peer(this.node, connection, this.serving, this.codec, this.limits);
    this.members.join(peer);
    this.announce(peer);
  }

  peerDown(connection: PeerConnection, reason: NodeDownReason): void {
    this.members.remove(connection, reason);
  }

  frame(connection: PeerConnection, frame: Uint8Array): void {
    const peer = this.members.at(connection);
    if (!peer) return;
    peer.heard = true;
    try {
      receiveFrame(this, peer, frame);
    } catch (error) {
      this.logger.warn(`node "${connection.peer.id}" sent what makes no sense; its connection is closed`, {
        event: 'protocol_error',
        peer: connection.peer.id,
        error,
      });
      connection.close('connection_closed');
    }
  }

  refused(refusal: Refusal): void {
    if (LASTING_REFUSALS.has(refusal.code)) this.lastRefusal = refusal;
  }

  /** Why this node, while it has no peer, cannot have one: it was refused for what only its configuration can change. */
  get shutOut(): string | undefined {
    return this.members.size === 0 ? this.lastRefusal?.message : undefined;
  }

  writable(connection: PeerConnection): void {
    this.members.at(connection)?.unblock();
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

  private messengerFor(process: ProcessRef): Messenger {
    return process.node === this.self.id ? this.node : this.router;
  }

  /**
   * Starts a process of a behavior that the chosen node knows; resolves when its `init` has finished there. Besides what a
   * local spawn rejects with: NodeUnreachableError, NodeDownError, DrainingError, SpawnRefusedError, OverloadedError.
   */
  async spawn(behavior: string, options: ClusterSpawnOptions = {}): Promise<ProcessRef> {
    const { on = 'least-loaded' } = options;
    const turn = this.turns.get(behavior) ?? 0;
    const chosen = place(behavior, on, this.candidates(behavior), this.random, turn);
    if (on === 'round-robin') this.turns.set(behavior, turn + 1);
    if (chosen.local) return this.node.spawn(behavior, options);
    this.sentSpawns++;
    return this.members.get(chosen.id)!.spawn(behavior, options);
  }

  private candidates(behavior: string): Candidate[] {
    const local: Candidate = {
      id: this.self.id,
      local: true,
      load: this.node.processCount,
      behaviors: new Set(this.node.behavior(behavior) ? [behavior] : []),
      draining: this.draining,
    };
    const candidates = [local];
    for (const peer of this.members.values()) {
      const { behaviors, draining } = peer;
      const load = peer.load + peer.spawns.size;
      candidates.push({ id: peer.identity.id, local: false, load, behaviors, draining });
    }
    return candidates;
  }

  // --- numbers ---

  stats() {
    let callsPending = 0;
    let monitorsActive = 0;
    for (const peer of this.members.values()) {
      callsPending += peer.calls.size;
      monitorsActive += peer.monitors.size;
    }
    return {
      callsSent: this.router.callsSent,
      callsPending,
      callsServing: this.serving.calls,
      spawns: this.sentSpawns,
      monitorsActive,
      processes: this.node.processCount,
    };
  }
}

/** Refusals that a node does not outgrow by trying again. */
const LASTING_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  'wrong_secret',
  'cluster_name',
  'protocol_version',
  'name_taken',
]);
