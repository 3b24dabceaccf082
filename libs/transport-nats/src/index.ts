/**
 * The cluster over NATS: presence, and sessions of numbered and sealed messages.
 *
 * @module @noex/transport-nats
 */
export { nats } from './nats.transport.js';
export type { NatsTransportOptions } from './options.js';
export type { NatsServerOptions } from './server-options.js';
