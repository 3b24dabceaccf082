import { TransportNodes, type TransportNode } from '@noex/testing';
import { nats } from './nats.transport.js';
import type { NatsTransportOptions } from './options.js';

/** The nodes of one test, on a real server. */
export class NatsNodes extends TransportNodes<NatsTransportOptions> {
  constructor(url: () => string) {
    super((options) => nats({ servers: url(), reconnectMinMs: 10, reconnectMaxMs: 100, ...options }));
  }

  /** Two nodes that are up for each other. */
  async pair(options: NatsTransportOptions = {}): Promise<[TransportNode, TransportNode]> {
    const pair = await Promise.all([this.start('a', options), this.start('b', options)]);
    await Promise.all([pair[0].host.connected('b'), pair[1].host.connected('a')]);
    return pair;
  }
}
