import { refusePeer, type Refusal } from './admission.js';
import type { Hello } from './hello.js';
import type { NodeIdentity, PeerIdentity } from './node-identity.js';

/** A connection with a peer, as far as a `PeerTable` sees it. */
export interface TableConnection {
  readonly peer: PeerIdentity;
  /** Both ask the peer for a sign of life; `isProven` says whether there was one since, and has the connection end if none comes. */
  readonly liveness: { ask(): void; isProven(): boolean };
  /** Ends at once, because another connection takes over. */
  supersede(): void;
}

/** Names whose newest incarnation is remembered after it was lost; beyond, the one that came up longest ago is forgotten. */
const MAX_REMEMBERED = 1_000;

/** For transports: the connections that are up, at most one per node id. */
export class PeerTable<C extends TableConnection> {
  private readonly up = new Map<string, C>();
  private readonly newest = new Map<string, number>();

  constructor(
    private readonly self: NodeIdentity,
    private readonly selfAddress: string,
  ) {}

  /** Peers that are up. */
  get size(): number {
    return this.up.size;
  }

  /**
   * What speaks against a connection to this peer. Only the arbiter of a pair calls one superfluous. A connection that stands in the
   * way has to show that it lives: the other side may have lost it long ago, or the whole node may be gone.
   */
  objection(peer: Hello, arbiter: boolean): Refusal | undefined {
    const current = this.up.get(peer.id);
    const newest = this.newest.get(peer.id);
    const refusal = refusePeer(this.self, this.selfAddress, peer, current?.peer, {
      ...(newest !== undefined ? { newest } : {}),
      holderLives: () => current?.liveness.isProven() ?? true,
    });
    if (refusal) return refusal;
    if (!arbiter || current?.peer.incarnation !== peer.incarnation) return undefined;
    current.liveness.ask();
    return {
      code: 'duplicate',
      message: `node "${peer.id}" and node "${this.self.id}" are connected already`,
    };
  }

  isUp({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return this.up.get(id)?.peer.incarnation === incarnation;
  }

  /** Whether it is this connection by which its peer is up. */
  isCurrent(connection: C): boolean {
    return this.up.get(connection.peer.id) === connection;
  }

  /** Whether a newer life of the node has been connected: this one is over, and would be refused. */
  isOver({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return incarnation < (this.newest.get(id) ?? 0);
  }

  /** It is up, in place of an older one of the same node, which goes down first. */
  admit(connection: C): void {
    const { id, incarnation } = connection.peer;
    this.up.get(id)?.supersede();
    this.up.set(id, connection);
    this.newest.delete(id);
    this.newest.set(id, incarnation);
    if (this.newest.size > MAX_REMEMBERED) this.newest.delete(this.newest.keys().next().value!);
  }

  /** It has ended. */
  remove(connection: C): void {
    if (this.isCurrent(connection)) this.up.delete(connection.peer.id);
  }

  /** All that have not ended. */
  all(): C[] {
    return [...this.up.values()];
  }
}
