import type {
  Logger,
  NodeDownReason,
  PeerConnection,
  ProcessRef,
  Refusal,
  RefusalCode,
  TransportHost,
} from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { Introductions } from './membership/introductions.js';
import { spawnHere } from './names/named-spawn.js';
import type { Members } from './membership/members.js';
import type { Leaving } from './remote/leaving.js';
import { receiveFrame, type InboundHost } from './remote/inbound.js';
import { Peer } from './remote/peer.js';
import type { PeerLimits } from './remote/peer-limits.js';
import type { Serving } from './remote/serving.js';
import type { SharedState } from './shared-state.js';
import type { NodeSpawnOptions } from './spawn-options.js';
import type { PayloadCodec } from './wire/payload-codec.js';

export interface ClusterHostParts {
  readonly self: TransportHost['self'];
  readonly node: LocalNode;
  readonly members: Members;
  readonly introductions: Introductions;
  readonly shared: SharedState;
  readonly serving: Serving;
  readonly codec: PayloadCodec;
  readonly limits: PeerLimits;
  readonly logger: Logger;
}

/** A node as its transport and its peers see it: who comes and goes, and what they send. */
export class ClusterHost implements TransportHost, InboundHost {
  readonly self: TransportHost['self'];
  readonly node: LocalNode;
  /** Set once this node leaves. */
  leaving: Leaving | undefined;
  private lastRefusal: { readonly message: string; readonly atMs: number } | undefined;

  constructor(private readonly parts: ClusterHostParts) {
    this.self = parts.self;
    this.node = parts.node;
  }

  /** Why this node, while it has no peer, cannot have one: it was refused for what only its configuration can change. */
  get shutOut(): string | undefined {
    const { lastRefusal, node } = this;
    if (!lastRefusal || this.parts.members.size > 0) return undefined;
    return node.clock.now() - lastRefusal.atMs < REFUSAL_COUNTS_MS ? lastRefusal.message : undefined;
  }

  // --- what the transport reports ---

  peerUp(connection: PeerConnection): void {
    const { members, serving, codec, limits, introductions } = this.parts;
    const peer = new Peer(this.node, connection, serving, codec, limits);
    members.join(peer);
    introductions.announce(peer);
  }

  peerDown(connection: PeerConnection, reason: NodeDownReason): void {
    this.parts.members.remove(connection, reason);
  }

  frame(connection: PeerConnection, frame: Uint8Array): void {
    const peer = this.parts.members.at(connection);
    if (!peer) return;
    peer.heard = true;
    peer.traffic.received(frame.length);
    try {
      receiveFrame(this, peer, frame);
    } catch (error) {
      this.parts.logger.warn(
        `node "${connection.peer.id}" sent what makes no sense; its connection is closed`,
        {
          event: 'protocol_error',
          peer: connection.peer.id,
          error,
        },
      );
      connection.close('connection_closed');
    }
  }

  refused(refusal: Refusal): void {
    const { code, message } = refusal;
    if (LASTING_REFUSALS.has(code)) this.lastRefusal = { message, atMs: this.node.clock.now() };
  }

  writable(connection: PeerConnection): void {
    this.parts.members.at(connection)?.unblock();
  }

  // --- what peers say ---

  announced(peer: Peer, announcement: unknown): void {
    this.parts.introductions.announced(peer, announcement);
    this.lastRefusal = undefined;
  }

  goodbye(peer: Peer): void {
    peer.saidGoodbye = true;
    peer.connection.close('graceful_shutdown');
  }

  spawn(behavior: string, options: NodeSpawnOptions): Promise<ProcessRef> {
    return spawnHere(this.node, this.parts.shared.names, behavior, options);
  }

  receiveShared(peer: Peer, kind: number): boolean {
    return this.parts.shared.receive(peer, kind);
  }
}

/**
 * How long a refusal counts, in ms. Who refuses is asked again within half a minute, or says again by itself that it is there: if nobody has
 * done so for three times as long, nobody refuses this node any more.
 */
const REFUSAL_COUNTS_MS = 90_000;

/** Refusals that a node does not outgrow by trying again. */
const LASTING_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  'wrong_secret',
  'wrong_certificate',
  'cluster_name',
  'protocol_version',
  'arbiter',
  'name_taken',
  // A newer life of this node is in the cluster.
  'stale_incarnation',
]);
