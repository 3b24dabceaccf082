import { refusePeer, type NodeIdentity, type PeerIdentity, type Refusal } from '@noex/contracts';
import type { Hello } from './handshake-messages.js';
import type { TcpConnection } from './tcp-connection.js';

/** The connections that are up: at most one per node id. */
export class PeerTable {
  private readonly up = new Map<string, TcpConnection>();

  constructor(
    private readonly self: NodeIdentity,
    private readonly selfAddress: string,
  ) {}

  get size(): number {
    return this.up.size;
  }

  /** What speaks against a connection to this peer. Only the arbiter of a pair calls one superfluous. */
  objection(peer: Hello, arbiter: boolean): Refusal | undefined {
    const current = this.up.get(peer.id)?.peer;
    const refusal = refusePeer(this.self, this.selfAddress, peer, current);
    if (refusal) return refusal;
    return arbiter && current?.incarnation === peer.incarnation
      ? { code: 'duplicate', message: `node "${peer.id}" and node "${this.self.id}" are connected already` }
      : undefined;
  }

  isUp({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return this.up.get(id)?.peer.incarnation === incarnation;
  }

  /** Puts the connection in place of an older one of the same node, which goes down first. */
  add(connection: TcpConnection): void {
    this.up.get(connection.peer.id)?.supersede();
    this.up.set(connection.peer.id, connection);
  }

  remove(connection: TcpConnection): void {
    if (this.up.get(connection.peer.id) === connection) this.up.delete(connection.peer.id);
  }

  all(): TcpConnection[] {
    return [...this.up.values()];
  }
}
