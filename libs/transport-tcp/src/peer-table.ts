import { refusePeer, type NodeIdentity, type PeerIdentity, type Refusal } from '@noex/contracts';
import type { Hello } from './handshake-messages.js';
import type { TcpConnection } from './tcp-connection.js';

/** Names whose newest incarnation is remembered after it was lost; beyond, the one that came up longest ago is forgotten. */
const MAX_REMEMBERED = 1_000;

/** The connections that are up: at most one per node id. */
export class PeerTable {
  private readonly up = new Map<string, TcpConnection>();
  private readonly newest = new Map<string, number>();

  constructor(
    private readonly self: NodeIdentity,
    private readonly selfAddress: string,
  ) {}

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

  /** Whether a newer life of the node has been connected: this one is over, and would be refused. */
  isOver({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return incarnation < (this.newest.get(id) ?? 0);
  }

  /** Puts the connection in place of an older one of the same node, which goes down first. */
  add(connection: TcpConnection): void {
    const { id, incarnation } = connection.peer;
    this.up.get(id)?.supersede();
    this.up.set(id, connection);
    this.newest.delete(id);
    this.newest.set(id, incarnation);
    if (this.newest.size > MAX_REMEMBERED) this.newest.delete(this.newest.keys().next().value!);
  }

  remove(connection: TcpConnection): void {
    if (this.up.get(connection.peer.id) === connection) this.up.delete(connection.peer.id);
  }

  all(): TcpConnection[] {
    return [...this.up.values()];
  }
}
