/// <reference types="jest" />
import type { Logger, Transport } from '@noex/contracts';
import { ComplianceHost } from './transport-compliance-host.js';

/** What the suite asks of a transport that is made for it. */
export interface ComplianceTransportOptions {
  /** Addresses to look for peers at. An adapter whose peers find each other otherwise may ignore them. */
  readonly seeds: readonly string[];
  /** One of `TransportComplianceEnvironment.address`, which peers will dial. Default: any. */
  readonly address?: string;
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  readonly logger: Logger;
}

/**
 * A place where transports of one adapter can reach each other. Made anew for each test. Its transports should look for a lost peer
 * within milliseconds, since the suite waits for it.
 */
export interface TransportComplianceEnvironment {
  transport(options: ComplianceTransportOptions): Transport;
  /** An address that no transport uses yet. */
  address(): Promise<string>;
  /** After every transport is closed. */
  dispose?(): Promise<void>;
}

export const MAX_FRAME_BYTES = 256 * 1024;
export const MAX_QUEUED_BYTES = 1024 * 1024;

interface NodeOptions {
  readonly incarnation?: number;
  readonly clusterName?: string;
  readonly features?: readonly string[];
  readonly seeds?: readonly string[];
  readonly address?: string;
}

/** The nodes of one test, and the network between them. */
export class ComplianceStage {
  environment!: TransportComplianceEnvironment;
  /** What the nodes warned of. */
  warnings: string[] = [];
  private hosts: ComplianceHost[] = [];

  /** Sets it up for each test and clears it away, and with it whatever a transport did that no adapter may. */
  constructor(createEnvironment: () => TransportComplianceEnvironment) {
    beforeEach(() => {
      this.environment = createEnvironment();
      this.hosts = [];
      this.warnings = [];
    });
    afterEach(async () => {
      await Promise.all(this.hosts.map((host) => host.close()));
      await this.environment.dispose?.();
      expect(this.hosts.flatMap(({ violations }) => violations)).toEqual([]);
    });
  }

  readonly create = (id: string, { seeds = [], address, ...identity }: NodeOptions = {}): ComplianceHost => {
    const ignore = () => {};
    const warn = (line: string) => {
      this.warnings.push(line);
      for (const host of this.hosts) host.recheck();
    };
    const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };
    const limits = { maxFrameBytes: MAX_FRAME_BYTES, maxQueuedBytes: MAX_QUEUED_BYTES };
    const options = { seeds, ...(address ? { address } : {}), ...limits, logger };
    const host = new ComplianceHost(this.environment.transport(options), { id, ...identity });
    this.hosts.push(host);
    return host;
  };

  readonly start = async (
    id: string,
    options: NodeOptions = {},
  ): Promise<{ host: ComplianceHost; address: string }> => {
    const host = this.create(id, options);
    return { host, address: await host.transport.start(host) };
  };

  /** Two nodes that see each other. */
  readonly pair = async () => {
    const a = await this.start('a');
    const b = await this.start('b', { seeds: [a.address] });
    const [toB, toA] = await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    return { a: a.host, b: b.host, toA, toB, addressA: a.address, addressB: b.address };
  };
}
