import { Cluster, type ClusterOptions } from '@noex/cluster';
import type { Logger, ProcessRef } from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { nats, type NatsTransportOptions } from '@noex/transport-nats';

const SECRET = 'a-secret-of-enough-bytes';

/** A node, what it logged, and what it heard of others. */
export interface TestNode {
  readonly cluster: Cluster;
  readonly events: readonly string[];
  /** The events of its log lines. */
  readonly log: readonly string[];
  /** Their text. */
  readonly lines: readonly string[];
}

const echo = plainDriver({
  name: 'echo',
  init: () => 0 as never,
  handleCall: { echo: (payload, state) => [payload, state] },
});

export class TestNodes {
  private readonly nodes: TestNode[] = [];

  async start(
    nodeName: string,
    servers: string,
    options: Partial<ClusterOptions> = {},
    link: NatsTransportOptions = {},
  ): Promise<TestNode> {
    const [events, log, lines]: [string[], string[], string[]] = [[], [], []];
    const write = (line: string, fields: Readonly<Record<string, unknown>> = {}) => {
      log.push(String(fields['event']));
      lines.push(line);
    };
    const logger: Logger = { debug: write, info: write, warn: write, error: write };
    const transport = nats({ servers, secrets: [SECRET], logger, connectTimeoutMs: 60_000, ...link });
    const cluster = new Cluster({ nodeName, transport, logger, ...options });
    cluster.members.nodeUp.add(({ id }) => events.push(`up ${id}`));
    cluster.members.nodeDown.add((id, reason) => events.push(`down ${id} ${reason}`));
    cluster.addBehavior(echo);
    await cluster.start();
    const node = { cluster, events, log, lines };
    this.nodes.push(node);
    return node;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ cluster }) => cluster.stop(1_000)));
    this.nodes.length = 0;
  }
}

/** Resolves once all are up for each other. `count`: of all nodes, where some are in other processes. */
export const whole = (nodes: readonly TestNode[], count = nodes.length) =>
  until('everybody is up', () => nodes.every(({ cluster }) => cluster.members.size === count - 1), 300_000);

/** Resolves once it holds, which is looked at often; rejects after `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs = 30_000): Promise<void> {
  const limit = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Every node calls a process on every other one, again and again; and what became of the calls. */
export class Traffic {
  answered = 0;
  readonly failures: string[] = [];
  readonly wrong: unknown[] = [];
  private isOver = false;
  private readonly loops: Promise<void>[] = [];

  static async start(nodes: readonly TestNode[]): Promise<Traffic> {
    const traffic = new Traffic();
    const targets = await Promise.all(nodes.map(({ cluster }) => cluster.spawn('echo', { on: 'local' })));
    for (const { cluster } of nodes) {
      for (const target of targets.filter((ref) => ref.node !== cluster.self.id)) {
        traffic.loops.push(traffic.loop(cluster, target));
      }
    }
    return traffic;
  }

  /** Resolves when so many calls more were answered. */
  goesOn(calls: number): Promise<void> {
    const before = this.answered;
    return until('calls are answered', () => this.answered >= before + calls);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.loops);
  }

  private async loop(cluster: Cluster, target: ProcessRef): Promise<void> {
    for (let n = 0; !this.isOver; n++) {
      try {
        const answer = await cluster.call(target, 'echo', n, { timeoutMs: 10_000 });
        if (answer !== n) this.wrong.push([n, answer]);
        this.answered++;
      } catch (error) {
        this.failures.push((error as Error).message);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
}
