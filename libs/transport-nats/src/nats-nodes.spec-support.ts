import type { Logger } from '@noex/contracts';
import { ComplianceHost } from '@noex/testing';
import { nats } from './nats.transport.js';
import type { NatsTransportOptions } from './options.js';

export interface NatsNode {
  readonly host: ComplianceHost;
  readonly address: string;
  /** Every log line with its fields. */
  readonly lines: readonly string[];
  /** Resolves when so many lines fit. */
  logged(pattern: RegExp, times?: number): Promise<void>;
  /** Resolves when a warning fits. */
  warned(pattern: RegExp): Promise<void>;
}

/** The nodes of one test, on a real server. */
export class NatsNodes {
  private nodes: ComplianceHost[] = [];

  constructor(private readonly url: () => string) {}

  async start(
    id: string,
    options: NatsTransportOptions = {},
    { incarnation = 1, clusterName = 'shop' }: { incarnation?: number; clusterName?: string } = {},
  ): Promise<NatsNode> {
    const [lines, warnings]: [string[], string[]] = [[], []];
    const write = (line: string, fields: unknown) => {
      lines.push(`${line} ${JSON.stringify(fields)}`);
      host.recheck();
    };
    const warn = (line: string, fields: unknown) => {
      warnings.push(line);
      write(line, fields);
    };
    const logger: Logger = { debug: write, info: write, warn, error: warn };
    const transport = nats({
      servers: this.url(),
      logger,
      reconnectMinMs: 10,
      reconnectMaxMs: 100,
      ...options,
    });
    const host: ComplianceHost = new ComplianceHost(transport, { id, incarnation, clusterName });
    this.nodes.push(host);
    const address = await transport.start(host);
    const fits = (all: readonly string[], pattern: RegExp, times = 1) =>
      host.until(
        `${times} lines fit ${pattern}`,
        () => all.filter((line) => pattern.test(line)).length >= times,
      );
    return {
      host,
      address,
      lines,
      logged: (pattern, times) => fits(lines, pattern, times),
      warned: (pattern) => fits(warnings, pattern),
    };
  }

  /** Two nodes that are up for each other. */
  async pair(options: NatsTransportOptions = {}): Promise<[NatsNode, NatsNode]> {
    const pair = await Promise.all([this.start('a', options), this.start('b', options)]);
    await Promise.all([pair[0].host.connected('b'), pair[1].host.connected('a')]);
    return pair;
  }

  /** After each test: no promise of the port may have been broken on the way. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((host) => host.close()));
    expect(this.nodes.flatMap(({ violations }) => violations)).toEqual([]);
    this.nodes = [];
  }
}
