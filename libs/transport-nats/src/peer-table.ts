import { refusePeer, type NodeIdentity, type PeerIdentity, type Refusal } from '@noex/contracts';
import type { Hello } from './greeting.js';
import type { Session } from './session.js';

/** Names whose newest incarnation is remembered after it was lost, and sessions that have ended; beyond, the oldest is forgotten. */
const MAX_REMEMBERED = 1_000;

/** The sessions of a node: those that are up, at most one per peer, and those that a late message may still name. */
export class PeerTable {
  private readonly up = new Map<string, Session>();
  private readonly sessions = new Map<number, Session>();
  private readonly ended = new Map<number, Session>();
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
   * What speaks against a session with this peer. Only the side that makes offers calls one superfluous. A session that stands in the
   * way has to show that it lives: the other side may have lost it, or the whole node may be gone.
   */
  objection(peer: Hello, dials: boolean): Refusal | undefined {
    const current = this.up.get(peer.id);
    const newest = this.newest.get(peer.id);
    const refusal = refusePeer(this.self, this.selfAddress, peer, current?.peer, {
      ...(newest !== undefined ? { newest } : {}),
      holderLives: () => current?.life.isProven() ?? true,
    });
    if (refusal) return refusal;
    if (!dials || current?.peer.incarnation !== peer.incarnation) return undefined;
    current.life.ask();
    return {
      code: 'duplicate',
      message: `node "${peer.id}" and node "${this.self.id}" are connected already`,
    };
  }

  isUp({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return this.up.get(id)?.peer.incarnation === incarnation;
  }

  /** Whether it is this session by which its peer is up. */
  isCurrent(session: Session): boolean {
    return this.up.get(session.peer.id) === session;
  }

  /** Whether a newer life of the node has been connected: this one is over, and would be refused. */
  isOver({ id, incarnation }: Pick<PeerIdentity, 'id' | 'incarnation'>): boolean {
    return incarnation < (this.newest.get(id) ?? 0);
  }

  /** The session of that number, of late also one that has ended. */
  session(id: number): Session | undefined {
    return this.sessions.get(id) ?? this.ended.get(id);
  }

  /** From now on its messages are heard; it is not up yet. */
  open(session: Session): void {
    this.sessions.set(session.id, session);
  }

  /** It is up, in place of an older one of the same node, which goes down first. */
  admit(session: Session): void {
    const { id, incarnation } = session.peer;
    this.up.get(id)?.cut();
    this.up.set(id, session);
    this.newest.delete(id);
    this.newest.set(id, incarnation);
    if (this.newest.size > MAX_REMEMBERED) this.newest.delete(this.newest.keys().next().value!);
  }

  remove(session: Session): void {
    if (this.up.get(session.peer.id) === session) this.up.delete(session.peer.id);
    if (!this.sessions.delete(session.id)) return;
    this.ended.set(session.id, session);
    if (this.ended.size > MAX_REMEMBERED) this.ended.delete(this.ended.keys().next().value!);
  }

  /** All that have not ended, those that are about to be up as well. */
  all(): Session[] {
    return [...this.sessions.values()];
  }
}
