/**
 * The cluster over NATS: presence, and sessions of numbered and sealed messages; and an arbiter of unique names.
 *
 * @module @noex/transport-nats
 */
export type { NatsArbiterOptions } from './arbiter-options.js';
export { natsArbiter } from './nats.arbiter.js';
export { nats } from './nats.transport.js';
export type { NatsTransportOptions } from './options.js';
export type { NatsServerOptions } from './server-options.js';
