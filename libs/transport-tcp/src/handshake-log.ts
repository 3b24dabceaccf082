import { RefusalLog } from '@noex/contracts';
import type { Crowd } from './pending-connections.js';

/** Of the connections to this node's port too, which anybody may open; they count as `pending_limit`, `address_limit`, `handshake_timeout`. */
export class HandshakeLog extends RefusalLog {
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
}
