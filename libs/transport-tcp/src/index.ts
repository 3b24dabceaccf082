/**
 * The TCP mesh: seeds, handshake, TLS with a pre-shared key or certificates.
 *
 * @module @noex/transport-tcp
 */
export { parseSeed, type Seed } from './seed.js';
export type { DnsLookups } from './seed-resolver.js';
export { tcp } from './tcp.transport.js';
export { DEFAULT_PORT, type TcpTransportOptions } from './options.js';
export { MIN_SECRET_BYTES, parseSecretFile } from '@noex/contracts';
export { loadTlsFiles, TLS_FILE_NAMES, type TlsFileProblem, type TlsFiles } from './tls-files.js';
