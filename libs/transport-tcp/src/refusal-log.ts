import { DropCounter, type Clock, type Logger, type Refusal, type RefusalCode } from '@noex/contracts';
import type { Crowd } from './pending-connections.js';

export interface RefusalEntry {
  readonly refusal: Refusal;
  /** Whose objection it is. */
  readonly by: 'us' | 'them';
  /** The dialed address, or the host that connected. */
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

/** Counts the connections that did not come about, and says why: once a minute per cause and peer, because the peer keeps trying. */
export class RefusalLog {
  /** By the refusal's code, or `pending_limit`, `address_limit`, `handshake_timeout`. */
  readonly counts = new DropCounter();
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
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

  /** A connection from that host found no place; `limit` is how many there are. */
  crowded(crowd: Crowd, host: string, limit: number): void {
    this.counts.add(crowd);
    const whose = crowd === 'address_limit' ? ' of its connections' : '';
    // Of the limit for all, the address says little: the next one may be anybody's.
    this.warn(
      crowd === 'address_limit' ? `${crowd} ${host}` : crowd,
      `dropped a connection from ${host}: ${limit}${whose} are not admitted yet`,
      { event: 'handshakes_crowded', reason: crowd, remote: host },
    );
  }

  /** A connection was cut because it took too long; port scanners and health checks do so too, hence without a warning. */
  late(host: string): void {
    this.counts.add('handshake_timeout');
    this.logger.debug(`cut a connection from ${host} that was not admitted in time`, {
      event: 'handshake_timeout',
      remote: host,
    });
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
