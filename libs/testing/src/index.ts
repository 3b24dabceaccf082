/**
 * Probes, a virtual clock, and the compliance suites for transports and arbiters.
 *
 * @module @noex/testing
 */
export { describeArbiterCompliance, type ArbiterComplianceEnvironment } from './arbiter-compliance.js';
export type { LogLine } from './log-recorder.js';
export {
  memoryArbiter,
  type LostWith,
  type MemoryArbiter,
  type MemoryArbiterOptions,
} from './memory-arbiter.js';
export { createProbe, ProcessProbe, type ProbeHost, type ProbeMessage } from './process-probe.js';
export {
  TestAuthority,
  writeTlsFiles,
  type CertificateRequest,
  type TestCertificate,
} from './test-authority.js';
export { ComplianceHost, type HostEvent } from './transport-compliance-host.js';
export {
  describeTransportCompliance,
  type ComplianceTransportOptions,
  type TransportComplianceEnvironment,
} from './transport-compliance.js';
export { TransportNodes, type TransportNode } from './transport-nodes.js';
export { VirtualClock } from './virtual-clock.js';
