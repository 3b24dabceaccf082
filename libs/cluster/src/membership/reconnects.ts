import type { NodeDownReason, PeerIdentity } from '@noex/contracts';

/** Lives that are remembered; the oldest is forgotten for one more. */
const MOST_REMEMBERED = 1_000;

/** Counts the nodes that come back in the life in which their connection was lost. */
export class Reconnects {
  /** Since the start. */
  count = 0;
  private readonly lost = new Map<string, number>();

  down({ id, incarnation }: PeerIdentity, reason: NodeDownReason): void {
    this.lost.delete(id);
    if (reason === 'graceful_shutdown') return;
    this.lost.set(id, incarnation);
    if (this.lost.size > MOST_REMEMBERED) this.lost.delete(this.lost.keys().next().value!);
  }

  up({ id, incarnation }: PeerIdentity): void {
    if (this.lost.get(id) === incarnation) this.count++;
    this.lost.delete(id);
  }
}
