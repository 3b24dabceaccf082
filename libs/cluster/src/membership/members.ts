import {
  DropCounter,
  type Clock,
  type Logger,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
} from '@noex/contracts';
import type { Peer } from '../remote/peer.js';
import { Listeners } from '../listeners.js';
import { heartbeatOptions, type HeartbeatOptions } from './heartbeat-options.js';
import { Heartbeats } from './heartbeats.js';
import { noLoopDelay, type LoopDelay } from './loop-delay.js';
import { Reconnects } from './reconnects.js';

/**
 * The peers, kept true by the transport's events and by heartbeats. A connected peer joins; it is up once it has said what
 * it can do, so that whoever hears of it can start processes there at once.
 */
export class Members {
  readonly nodeUp: Listeners<[node: PeerIdentity]>;
  readonly nodeDown: Listeners<[nodeId: string, reason: NodeDownReason]>;
  /** Nodes lost since the start, by reason. */
  readonly downs = new DropCounter();
  readonly reconnects = new Reconnects();
  /** Nodes that came up since the start. */
  ups = 0;
  private readonly peers = new Map<string, Peer>();
  private readonly joining = new Map<PeerConnection, Peer>();
  private readonly heartbeats: Heartbeats;

  constructor(
    clock: Clock,
    private readonly logger: Logger,
    heartbeat: Partial<HeartbeatOptions> | undefined,
    /** This node's load, for its peers. */
    load: () => number,
    loopDelay: LoopDelay = noLoopDelay,
  ) {
    const options = heartbeatOptions(heartbeat);
    const peers = () => this.connected();
    const hung = (peer: Peer) => this.end(peer, 'heartbeat_timeout');
    this.heartbeats = new Heartbeats(clock, logger, options, loopDelay, peers, hung, load);
    this.nodeUp = new Listeners('node_up', logger);
    this.nodeDown = new Listeners('node_down', logger);
  }

  get size(): number {
    return this.peers.size;
  }

  get(id: string): Peer | undefined {
    return this.peers.get(id);
  }

  /** Connected, and yet to say what they can do. */
  get joiningCount(): number {
    return this.joining.size;
  }

  values(): IterableIterator<Peer> {
    return this.peers.values();
  }

  /** All that are connected: those that are up and those that are about to be. */
  *connected(): Generator<Peer> {
    yield* this.peers.values();
    yield* this.joining.values();
  }

  /** The peer at the other end of a connection, up or joining. */
  at(connection: PeerConnection): Peer | undefined {
    const peer = this.peers.get(connection.peer.id);
    return peer?.connection === connection ? peer : this.joining.get(connection);
  }

  join(peer: Peer): void {
    this.joining.set(peer.connection, peer);
    this.heartbeats.watch(peer);
  }

  /** The peer has presented itself: from now on it is up. Nothing happens the second time. */
  admit(peer: Peer): void {
    if (!this.joining.delete(peer.connection)) return;
    const { id, incarnation, address } = peer.identity;
    // Whoever had this name before goes down first.
    const former = this.peers.get(id);
    if (former) this.end(former, 'connection_closed');
    this.peers.set(id, peer);
    this.ups++;
    this.reconnects.up(peer.identity);
    this.logger.info(`node "${id}" is up (${address})`, { event: 'node_up', peer: id, incarnation, address });
    this.nodeUp.emit(peer.identity);
  }

  /** It is down from here on, whenever its transport says so and whatever still comes from it. */
  private end({ connection }: Peer, reason: NodeDownReason): void {
    this.remove(connection, reason);
    connection.close(reason);
  }

  remove(connection: PeerConnection, reason: NodeDownReason): void {
    const peer = this.at(connection);
    if (!peer) return;
    if (this.joining.delete(connection)) return peer.lost(reason);
    const { id, incarnation } = connection.peer;
    this.peers.delete(id);
    this.downs.add(reason);
    this.reconnects.down(connection.peer, reason);
    peer.lost(reason);
    const level = reason === 'graceful_shutdown' ? 'info' : 'warn';
    this.logger[level](`node "${id}" is down: ${reason}`, {
      event: 'node_down',
      peer: id,
      incarnation,
      reason,
    });
    this.nodeDown.emit(id, reason);
  }

  /** This node has left: what is under way with any peer ends. Nobody went down, so nobody is told so. */
  clear(): void {
    for (const peer of [...this.connected()]) peer.lost('graceful_shutdown');
    this.peers.clear();
    this.joining.clear();
  }

  startHeartbeats(): void {
    this.heartbeats.start();
  }

  stopHeartbeats(): void {
    this.heartbeats.stop();
  }

  /** How suspicious the silence of a peer is now; it is down at `heartbeat.phiThreshold`. */
  phi(peer: Peer): number {
    return this.heartbeats.phi(peer);
  }
}
