import type { Clock, Logger, Refusal } from '@noex/contracts';

export interface RefusalEntry {
  readonly refusal: Refusal;
  /** Whose objection it is. */
  readonly by: 'us' | 'them';
  /** The dialed address, or the host that connected. */
  readonly remote: string;
  /** The node, once it has said hello. */
  readonly peer?: string;
}

const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** Says why a connection did not come about: once a minute per cause and peer, because the peer keeps trying. */
export class RefusalLog {
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  report({ refusal, by, remote, peer }: RefusalEntry): void {
    const { code } = refusal;
    const line =
      by === 'us' ? `refused ${remote}: ${refusal.message}` : `refused by ${remote}: ${refusal.message}`;
    const fields = { event: 'peer_refused', code, by, remote, ...(peer ? { peer } : {}) };
    // Of two nodes that dial each other one connection is superfluous by design, and a node's seeds often name itself.
    if (code === 'duplicate' || code === 'self') this.logger.debug(line, fields);
    else if (this.isDue(`${peer ?? remote} ${code}`)) this.logger.warn(line, fields);
  }

  /** For trouble that is not a refusal, under the same limit. */
  warn(key: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.isDue(key)) this.logger.warn(message, fields);
  }

  private isDue(key: string): boolean {
    const now = this.clock.now();
    const before = this.loggedAt.get(key);
    if (before !== undefined && now - before < REPEAT_MS) return false;
    // Strangers choose part of the key, so the memory is bounded; the oldest line may then repeat early.
    if (before === undefined && this.loggedAt.size >= MAX_REMEMBERED) {
      this.loggedAt.delete(this.loggedAt.keys().next().value!);
    }
    this.loggedAt.set(key, now);
    return true;
  }
}
