import type { Logger } from '@noex/contracts';
import { ComplianceHost } from '@noex/testing';
import type { TcpTransportOptions } from './options.js';
import { tcp } from './tcp.transport.js';

export interface TestNode {
  readonly host: ComplianceHost;
  readonly address: string;
  /** Every log line with its fields. */
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, with its fields. */
  logged(pattern: RegExp, times?: number): Promise<string>;
  /** Resolves with the first warning that fits. */
  warned(pattern: RegExp): Promise<string>;
}

/** The nodes of one test, on loopback with real sockets. */
export class TestNodes {
  private nodes: TestNode[] = [];

  async start(
    id: string,
    options: TcpTransportOptions = {},
    clusterName = 'shop',
    incarnation = 1,
  ): Promise<TestNode> {
    const [warnings, lines]: [string[], string[]] = [[], []];
    const write = (line: string, fields: unknown) => {
      lines.push(`${line} ${JSON.stringify(fields)}`);
      host.recheck();
    };
    const warn = (line: string, fields: unknown) => {
      warnings.push(line);
      write(line, fields);
    };
    const logger: Logger = { debug: write, info: write, warn, error: warn };
    const host: ComplianceHost = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, logger, ...options }), {
      id,
      clusterName,
      incarnation,
    });
    const find = async (all: readonly string[], pattern: RegExp, times: number) => {
      const fitting = () => all.filter((line) => pattern.test(line));
      await host
        .until(`a line fits ${pattern}`, () => fitting().length >= times)
        .catch((error: Error) => {
          throw new Error(`${error.message}; lines: ${lines.join('\n')}`);
        });
      return fitting()[0]!;
    };
    const node: TestNode = {
      host,
      lines,
      logged: (pattern, times = 1) => find(lines, pattern, times),
      warned: (pattern) => find(warnings, pattern, 1),
      address: await host.transport.start(host),
    };
    this.nodes.push(node);
    return node;
  }

  /** After each test: no promise of the port may have been broken on the way. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ host }) => host.close()));
    expect(this.nodes.flatMap(({ host }) => host.violations)).toEqual([]);
    this.nodes = [];
  }
}

/** Both sides say why, and nobody is up. */
export async function expectRefusal(
  listening: TestNode,
  dialing: TestNode,
  onListening: RegExp,
  onDialing: RegExp,
): Promise<void> {
  await Promise.all([listening.warned(onListening), dialing.warned(onDialing)]);
  expect([...listening.host.events, ...dialing.host.events]).toEqual([]);
}
