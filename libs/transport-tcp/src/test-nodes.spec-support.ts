import { TransportNodes, type TransportNode } from '@noex/testing';
import type { TcpTransportOptions } from './options.js';
import { tcp } from './tcp.transport.js';

/** The nodes of one test, on loopback with real sockets. */
export class TestNodes extends TransportNodes<TcpTransportOptions> {
  constructor() {
    super((options) => tcp({ host: '127.0.0.1', port: 0, ...options }));
  }
}

/** Both sides say why, and nobody is up. */
export async function expectRefusal(
  listening: TransportNode,
  dialing: TransportNode,
  onListening: RegExp,
  onDialing: RegExp,
): Promise<void> {
  await Promise.all([listening.warned(onListening), dialing.warned(onDialing)]);
  expect([...listening.host.events, ...dialing.host.events]).toEqual([]);
}
