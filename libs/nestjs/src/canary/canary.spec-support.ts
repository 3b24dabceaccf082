import type { Logger } from '@noex/contracts';
import { Cluster, type ClusterOptions } from '@noex/cluster';
import type { BehaviorDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import { CANARY_BEHAVIOR, canaryDriver } from './canary.behavior.js';
import { Canary, type CanarySettings } from './canary.js';

const SETTINGS: CanarySettings = { intervalMs: 1_000, timeoutMs: 200, failures: 3 };

/** What the canaries that come to a node meet there; nothing for a node that works. */
export type Trap = 'deaf' | 'immortal' | 'liar' | 'broken';

const never = () => new Promise<never>(() => {});
const TRAPS: Record<Trap, Partial<BehaviorDriver>> = {
  deaf: { call: never },
  immortal: { terminate: never },
  liar: { call: () => 'something else' },
  broken: {
    init: () => {
      throw new Error('no memory');
    },
  },
};

/** Nodes on a network in memory, in time that passes only when it is told to. */
export class CanaryWorld {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock, reconnectMs: 5, latencyMs: 1 });
  readonly events: { readonly event: unknown; readonly [key: string]: unknown }[] = [];
  private readonly nodes: Cluster[] = [];

  async start(nodeName: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const cluster = this.make(nodeName, options);
    await cluster.start();
    await this.clock.advance(20);
    return cluster;
  }

  make(nodeName: string, options: Partial<ClusterOptions> = {}): Cluster {
    const transport = this.network.transport();
    const cluster = new Cluster({ nodeName, transport, clock: this.clock, random: () => 0, ...options });
    this.nodes.push(cluster);
    return cluster;
  }

  /** A node that takes canaries and sends none; a trap lies in wait for them. */
  async startPeer(nodeName: string, trap?: Trap): Promise<Cluster> {
    const cluster = this.make(nodeName);
    cluster.addBehavior({ ...canaryDriver, ...(trap && TRAPS[trap]) });
    await cluster.start();
    await this.clock.advance(20);
    return cluster;
  }

  /** A node with a canary, whose first one is back. */
  async startSender(nodeName: string, settings: Partial<CanarySettings> = {}, random = () => 0.5) {
    const add: Logger['info'] = (_, fields) => void this.events.push({ event: fields?.event, ...fields });
    const logger: Logger = { debug: () => {}, info: add, warn: add, error: add };
    const cluster = this.make(nodeName, { logger });
    const canary = new Canary(cluster, { ...SETTINGS, ...settings }, random);
    await cluster.start();
    await this.clock.advance(20);
    return { cluster, canary };
  }

  /** Lets canaries fly until so many more have counted. */
  async fly(canary: Canary, more = 1): Promise<void> {
    const flown = () => canary.outcomes.passed + canary.outcomes.failed;
    const goal = flown() + more;
    for (let ms = 0; flown() < goal; ms += 50) {
      if (ms > 60_000) throw new Error('no canary flew for a minute');
      await this.clock.advance(50);
    }
  }

  canaryEvents(): unknown[] {
    return this.events.map(({ event }) => event).filter((event) => /^canary_/.test(String(event)));
  }

  nodeCount(seenBy: string): number {
    return this.nodes.find(({ self }) => self.id === seenBy)!.nodes().length;
  }

  canariesOn(cluster: Cluster): number {
    return [...cluster.node.observer.list()].filter(({ behavior }) => behavior === CANARY_BEHAVIOR).length;
  }

  async close(): Promise<void> {
    this.network.heal();
    let done = false;
    void Promise.all(this.nodes.map((node) => node.stop(10))).finally(() => (done = true));
    while (!done) await this.clock.advance(20);
  }
}
