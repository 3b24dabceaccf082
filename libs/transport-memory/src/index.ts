/**
 * A network within one OS process, with faults, for tests.
 *
 * @module @noex/transport-memory
 */
export type { PartitionMode } from './faults.js';
export { MemoryNetwork, type MemoryNetworkOptions } from './memory-network.js';
export type { MemoryTransportOptions } from './memory.transport.js';
