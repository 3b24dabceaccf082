export { ComplianceHost, type HostEvent } from './transport-compliance-host.js';
export {
  describeTransportCompliance,
  type ComplianceTransportOptions,
  type TransportComplianceEnvironment,
} from './transport-compliance.js';
export { VirtualClock } from './virtual-clock.js';
