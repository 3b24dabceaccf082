import type { LogFields, Logger, ProcessRef } from '@noex/contracts';
import { plainDriver, type ProcessContext } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import type { ClusterOptions } from '../cluster-options.js';
import { Cluster } from '../cluster.js';
import { chooseArbiter } from './arbiter-choice.js';
import type { MeshArbiter } from './mesh-arbiter.js';

export interface LogLine extends LogFields {
  readonly node: string;
  readonly event?: string;
}

/** Nodes on a network in memory, in time that passes only when it is told to; news takes up to 20 ms. */
export class NameWorld {
  readonly clock = new VirtualClock();
  readonly nodes: Cluster[] = [];
  readonly log: LogLine[] = [];
  /** Info messages of all processes. */
  readonly infos: { readonly self: ProcessRef; readonly name: string; readonly payload: unknown }[] = [];
  /** What processes found that were cast `look` with a name. */
  readonly looks: (ProcessRef | undefined)[] = [];
  /** Processes that ended, with their reason. */
  readonly ends = new Map<string, unknown>();
  /** What each process sees of itself, and the epoch it had in its `init`. */
  readonly contexts = new Map<string, ProcessContext>();
  readonly initEpochs = new Map<string, number | undefined>();
  /** While it is set, `slow` processes do not finish their init. */
  gate: Promise<void> | undefined;
  readonly network: MemoryNetwork;

  constructor(random: () => number = () => 0.5) {
    this.network = new MemoryNetwork({
      clock: this.clock,
      reconnectMs: 50,
      latencyMs: 1,
      jitterMs: 20,
      random,
    });
  }

  async start(nodeName: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const add = (_: string, fields?: LogFields) => void this.log.push({ ...fields, node: nodeName });
    const logger: Logger = { debug: () => {}, info: add, warn: add, error: add };
    const { clock, network } = this;
    const transport = network.transport();
    const cluster = new Cluster({ nodeName, transport, clock, logger, random: () => 0, ...options });
    cluster.addBehavior(
      plainDriver({
        name: 'idle',
        init: (_, context) => this.started(context),
        handleCast: {
          look: (name: string, state) => {
            this.looks.push(cluster.names.whereis(name));
            return state;
          },
        },
        handleInfo: {
          name_lost: (payload, state, ctx) => {
            this.infos.push({ self: ctx.self, name: 'name_lost', payload });
            return state;
          },
        },
      }),
    );
    cluster.addBehavior(
      plainDriver({
        name: 'slow',
        init: async (args: { fail?: boolean } | undefined, context) => {
          this.started(context);
          await this.gate;
          if (args?.fail) throw new Error('no start');
          return null;
        },
      }),
    );
    this.nodes.push(cluster);
    await cluster.start();
    return cluster;
  }

  private started(context: ProcessContext): null {
    const process = context.self.toString();
    this.contexts.set(process, context);
    this.initEpochs.set(process, context.epoch);
    return null;
  }

  /** The epoch that a process has now. */
  epochOf(ref: ProcessRef): number | undefined {
    return this.contexts.get(ref.toString())?.epoch;
  }

  /** Nodes n1, n2, … that all see each other. */
  async mesh(count: number, options: Partial<ClusterOptions> = {}): Promise<Cluster[]> {
    for (let n = 1; n <= count; n++) await this.start(`n${n}`, { incarnation: 1, ...options });
    await this.clock.advance(500);
    expect(this.nodes.map((node) => node.members.size)).toEqual(this.nodes.map(() => count - 1));
    return this.nodes;
  }

  async spawn(node: Cluster): Promise<ProcessRef> {
    const onDown = (reason: unknown) => void this.ends.set(ref.toString(), reason);
    const ref = await node.node.spawn('idle', { onDown });
    return ref;
  }

  /** Lets time pass until the promise has settled; its error, or undefined. */
  async outcome(promise: Promise<unknown>, limitMs = 60_000): Promise<Error | undefined> {
    let settled = false;
    let error: Error | undefined;
    promise.then(
      () => (settled = true),
      (thrown: Error) => {
        settled = true;
        error = thrown;
      },
    );
    const end = this.clock.now() + limitMs;
    while (!settled && this.clock.now() < end) await this.clock.advance(5);
    if (!settled) throw new Error(`not settled within ${limitMs} ms`);
    return error;
  }

  /** Lets everybody who can see each other do so, and all news arrive. */
  async settle(): Promise<void> {
    this.network.heal();
    await this.clock.advance(12_000);
  }

  /** Whom the name means, as each node knows it. */
  views(name: string): (string | undefined)[] {
    return this.nodes.map((node) => node.names.whereis(name)?.toString());
  }

  events(event: string): LogLine[] {
    return this.log.filter((line) => line.event === event);
  }

  async close(): Promise<void> {
    this.network.heal();
    const stopped = Promise.all(this.nodes.map((node) => node.stop(10)));
    let done = false;
    void stopped.finally(() => (done = true));
    while (!done) await this.clock.advance(50);
  }
}

/** A name that the node decides about, in a mesh of each of these sizes. */
export function nameDecidedBy(node: string, ...counts: number[]): string {
  const nodes = (count: number) => Array.from({ length: count }, (_, n) => `n${n + 1}`);
  for (let n = 0; ; n++) {
    const name = `name-${n}`;
    if (counts.every((count) => chooseArbiter(name, nodes(count)) === node)) return name;
  }
}

/** What decides on a node about names. */
export function arbiterOf({ names }: Cluster): MeshArbiter {
  return (names as unknown as { grants: { parts: { arbiter: MeshArbiter } } }).grants.parts.arbiter;
}
