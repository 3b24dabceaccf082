import { DropCounter, type Clock, type Logger, type Refusal, type RefusalCode } from '@noex/contracts';

export interface RefusalEntry {
  readonly refusal: Refusal;
  /** Whose objection it is. */
  readonly by: 'us' | 'them';
  /** The other node's address. */
  readonly remote: string;
  readonly peer: string;
}

/** Nobody's trouble: the other side lost a session of which it will hear, or whose a name is turns out within a second. */
const PASSING: ReadonlySet<RefusalCode> = new Set(['duplicate', 'self', 'name_contested']);
const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** Counts what was refused or thrown away, and says why: once a minute per cause and peer, because the peer keeps trying. */
export class RefusalLog {
  readonly counts = new DropCounter();
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  report({ refusal, by, remote, peer }: RefusalEntry): void {
    const { code, message } = refusal;
    this.counts.add(code);
    const line = by === 'us' ? `refused ${remote}: ${message}` : `refused by ${remote}: ${message}`;
    const fields = { event: 'peer_refused', code, by, remote, peer };
    if (PASSING.has(code)) this.logger.debug(line, fields);
    else if (this.isDue(`${peer} ${code}`)) this.logger.warn(line, fields);
  }

  /** For other trouble, under the same limit. */
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
