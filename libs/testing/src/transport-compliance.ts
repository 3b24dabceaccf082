/// <reference types="jest" />
import { describeEnd } from './transport-compliance-end.js';
import { describeFrames } from './transport-compliance-frames.js';
import { describePeers } from './transport-compliance-peers.js';
import { ComplianceStage, type TransportComplianceEnvironment } from './transport-compliance-stage.js';

export type {
  ComplianceTransportOptions,
  TransportComplianceEnvironment,
} from './transport-compliance-stage.js';

/** How thorough the suite is. */
export interface TransportComplianceOptions {
  /** How often all dial all at once. Default 30; lower it for an adapter that starts slowly. */
  readonly rounds?: number;
}

/** What every adapter of the `Transport` port promises. Call it in a spec file of the adapter; it needs Jest's globals. */
export function describeTransportCompliance(
  name: string,
  createEnvironment: () => TransportComplianceEnvironment,
  { rounds = 30 }: TransportComplianceOptions = {},
): void {
  describe(`transport compliance: ${name}`, () => {
    const stage = new ComplianceStage(createEnvironment);
    describePeers(stage, rounds);
    describeFrames(stage);
    describeEnd(stage);
  });
}
