/// <reference types="jest" />
import type { Logger, Transport } from '@noex/contracts';
import { recordingLogger } from './log-recorder.js';
import { ComplianceHost } from './transport-compliance-host.js';

/** A node in a test of one transport. */
export interface TransportNode {
  readonly host: ComplianceHost;
  /** What peers dial. */
  readonly address: string;
  /** Every log line with its fields. */
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, with its fields, once `times` of them do. Default: 1. */
  logged(pattern: RegExp, times?: number): Promise<string>;
  /** Resolves with the first warning that fits, without its fields. */
  warned(pattern: RegExp): Promise<string>;
}

/** The nodes of one test, each on a transport made for it. */
export class TransportNodes<Options extends object> {
  private hosts: ComplianceHost[] = [];

  constructor(private readonly create: (options: Partial<Options> & { logger: Logger }) => Transport) {}

  /** `identity`: default the first life, in the cluster `shop`. */
  async start(
    id: string,
    options: Partial<Options> = {},
    identity: { readonly incarnation?: number; readonly clusterName?: string } = {},
  ): Promise<TransportNode> {
    const [lines, warnings]: [string[], string[]] = [[], []];
    const logger = recordingLogger(id, ({ level, message, fields }) => {
      lines.push(`${message} ${JSON.stringify(fields)}`);
      if (level === 'warn' || level === 'error') warnings.push(message);
      host.recheck();
    });
    const transport = this.create({ logger, ...options });
    const host: ComplianceHost = new ComplianceHost(transport, { id, clusterName: 'shop', ...identity });
    this.hosts.push(host);
    const find = async (all: readonly string[], pattern: RegExp, times: number) => {
      const fitting = () => all.filter((line) => pattern.test(line));
      await host
        .until(`${times} lines fit ${pattern}`, () => fitting().length >= times)
        .catch((error: Error) => {
          throw new Error(`${error.message}; lines: ${lines.join('\n')}`);
        });
      return fitting()[0]!;
    };
    return {
      host,
      lines,
      logged: (pattern, times = 1) => find(lines, pattern, times),
      warned: (pattern) => find(warnings, pattern, 1),
      address: await transport.start(host),
    };
  }

  /** After each test: no promise of the port may have been broken on the way. */
  async close(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.close()));
    expect(this.hosts.flatMap(({ violations }) => violations)).toEqual([]);
    this.hosts = [];
  }
}
