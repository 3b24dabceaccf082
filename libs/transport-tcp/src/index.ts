export { parseSeed, type Seed } from './seed.js';
export type { DnsLookups } from './seed-resolver.js';
export { tcp } from './tcp.transport.js';
export { DEFAULT_PORT, type TcpTransportOptions } from './options.js';
