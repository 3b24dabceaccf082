import type { Refusal, RefusalCode } from './admission.js';
import type { Clock } from './clock.js';
import { DropCounter } from './drop-counter.js';
import type { Logger } from './logger.js';

/** One refusal, as a transport reports it. */
export interface RefusalEntry {
  readonly refusal: Refusal;
  /** Whose objection it is. */
  readonly by: 'us' | 'them';
  /** The dialed address, or where the other node calls from. */
  readonly remote: string;
  /** The node, once it has said hello. */
  readonly peer?: string;
}

/**
 * Nobody's trouble: of two nodes that dial each other one connection is superfluous by design, a node's seeds often name itself, and
 * whose a contested name is turns out within seconds.
 */
const PASSING: ReadonlySet<RefusalCode> = new Set(['duplicate', 'self', 'name_contested']);
const REPEAT_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** For transports: counts the connections that did not come about, and says why, once a minute per cause and peer: the peer keeps trying. */
export class RefusalLog {
  /** By the refusal's code, or what else a transport counts. */
  readonly counts = new DropCounter();
  private readonly loggedAt = new Map<string, number>();

  constructor(
    protected readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  report({ refusal, by, remote, peer }: RefusalEntry): void {
    const { code } = refusal;
    this.counts.add(code);
    const line =
      by === 'us' ? `refused ${remote}: ${refusal.message}` : `refused by ${remote}: ${refusal.message}`;
    const fields = { event: 'peer_refused', code, by, remote, ...(peer ? { peer } : {}) };
    if (PASSING.has(code)) this.logger.debug(line, fields);
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
