import { PeerTable } from '@noex/contracts';
import type { Session } from './session.js';

/** Sessions that have ended and are still known; beyond, the one that ended first is forgotten. */
const MAX_ENDED = 1_000;

/** The sessions of a node: those that are up, at most one per peer, and those that a late message may still name. */
export class SessionTable extends PeerTable<Session> {
  private readonly sessions = new Map<number, Session>();
  private readonly ended = new Map<number, Session>();

  /** The session of that number, of late also one that has ended. */
  session(id: number): Session | undefined {
    return this.sessions.get(id) ?? this.ended.get(id);
  }

  /** From now on its messages are heard; it is not up yet. */
  open(session: Session): void {
    this.sessions.set(session.id, session);
  }

  override remove(session: Session): void {
    super.remove(session);
    if (!this.sessions.delete(session.id)) return;
    this.ended.set(session.id, session);
    if (this.ended.size > MAX_ENDED) this.ended.delete(this.ended.keys().next().value!);
  }

  /** All that have not ended, those that are about to be up as well. */
  override all(): Session[] {
    return [...this.sessions.values()];
  }
}
