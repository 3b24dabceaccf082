import {
  DropCounter,
  type Clock,
  type Logger,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type TimerHandle,
} from '@noex/contracts';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import { Listeners } from '../listeners.js';
import { isSilent, ownStallMs, type HeartbeatOptions } from './failure-detector.js';

/**
 * The peers, kept true by the transport's events and by heartbeats. A connected peer joins; it is up once it has said what
 * it can do, so that whoever hears of it can start processes there at once.
 */
export class Members {
  readonly nodeUp: Listeners<[node: PeerIdentity]>;
  readonly nodeDown: Listeners<[nodeId: string, reason: NodeDownReason]>;
  /** Nodes lost since the start, by reason. */
  readonly downs = new DropCounter();
  private readonly peers = new Map<string, Peer>();
  private readonly joining = new Map<PeerConnection, Peer>();
  private timer: TimerHandle;
  private lastLookMs = 0;
  private lastBeatMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly heartbeat: HeartbeatOptions,
    /** This node's load, for its peers. */
    private readonly load: () => number,
  ) {
    this.nodeUp = new Listeners('node_up', logger);
    this.nodeDown = new Listeners('node_down', logger);
  }

  get size(): number {
    return this.peers.size;
  }

  get(id: string): Peer | undefined {
    return this.peers.get(id);
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
    this.beat(peer);
  }

  /** The peer has presented itself: from now on it is up. Nothing happens the second time. */
  admit(peer: Peer): void {
    if (!this.joining.delete(peer.connection)) return;
    const { id, incarnation, address } = peer.identity;
    this.peers.set(id, peer);
    this.logger.info(`node "${id}" is up (${address})`, { event: 'node_up', peer: id, incarnation, address });
    this.nodeUp.emit(peer.identity);
  }

  remove(connection: PeerConnection, reason: NodeDownReason): void {
    const peer = this.at(connection);
    if (!peer) return;
    if (this.joining.delete(connection)) return peer.lost(reason);
    const { id, incarnation } = connection.peer;
    this.peers.delete(id);
    this.downs.add(reason);
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
    this.lastLookMs = this.lastBeatMs = this.clock.now();
    this.scheduleLook();
  }

  stopHeartbeats(): void {
    this.clock.clearTimeout(this.timer);
  }

  // Twice per interval, so that a silence is noticed at most half an interval late.
  private get lookEveryMs(): number {
    return this.heartbeat.intervalMs / 2;
  }

  private scheduleLook(): void {
    this.timer = this.clock.setTimeout(this.look, this.lookEveryMs);
  }

  private readonly look = (): void => {
    const now = this.clock.now();
    const stallMs = ownStallMs(now - this.lastLookMs, this.lookEveryMs);
    this.lastLookMs = now;
    if (stallMs > 0) {
      this.logger.warn(
        `this node's event loop hung for ${Math.round(stallMs)} ms; no peer is blamed for it`,
        {
          event: 'event_loop_stalled',
          stallMs,
        },
      );
    }
    const beat = now - this.lastBeatMs >= this.heartbeat.intervalMs - 1;
    if (beat) this.lastBeatMs = now;
    for (const peer of [...this.connected()]) {
      if (peer.heard) {
        peer.heard = false;
        peer.heardAtMs = now;
      } else {
        peer.heardAtMs += stallMs;
      }
      if (isSilent(peer.heardAtMs, now, this.heartbeat.timeoutMs)) peer.connection.close('heartbeat_timeout');
      else if (beat) this.beat(peer);
    }
    this.scheduleLook();
  };

  private beat(peer: Peer): void {
    const load = this.load();
    peer.control((writer) => writer.numbered(FrameKind.Heartbeat, load));
  }
}
