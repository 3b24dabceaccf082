import { ChaosCluster } from './chaos-cluster.js';
import { Network } from './network.js';
import type { HistoryEvent } from '../../support/history/history.js';

export const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'] as const;

/** The mesh is whole again within this time after a fault is over. */
export const HEAL_MS = 10_000;

/** A silent peer is found within five seconds; more for a busy machine. */
export const FOUND_MS = 8_000;

const quick = process.env.CHAOS_QUICK === '1';

/** How long a fault or a load goes on; less in a reduced run. */
export const lasting = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, quick ? ms / 2 : ms));

export interface Stage {
  readonly network: Network;
  /** Five nodes, up and connected; they are ended after the test. */
  cluster(): Promise<ChaosCluster>;
  /** Says what was measured, and what the nodes had to do. */
  note(what: string, events?: readonly HistoryEvent[]): void;
}

/** For one `describe`: a network of its own, healed before each test. */
export function stage(hosts: readonly string[] = NODES): Stage {
  let network: Network;
  let clusters: ChaosCluster[] = [];
  let passed = false;

  beforeAll(async () => {
    network = await Network.start(hosts);
  });

  afterAll(() => network?.close());

  beforeEach(() => {
    passed = false;
  });

  afterEach(async () => {
    const keep = !passed || process.env.CHAOS_KEEP === '1';
    await Promise.all(clusters.map((cluster) => cluster.destroy(keep)));
    clusters = [];
    await network.heal();
  });

  return {
    get network() {
      return network;
    },
    async cluster() {
      const cluster = new ChaosCluster(network, NODES);
      clusters.push(cluster);
      await cluster.startAll();
      return cluster;
    },
    note(what, events = []) {
      // Each scenario notes its result last.
      passed = true;
      const { currentTestName } = expect.getState();
      const counts = events.length > 0 ? `; ${countsOf(events)}` : '';
      process.stdout.write(`${currentTestName ?? ''}: ${what}${counts}\n`);
    },
  };
}

function countsOf(events: readonly HistoryEvent[]): string {
  const count = (kind: HistoryEvent['kind']) => events.filter((event) => event.kind === kind).length;
  return (
    `${count('call_ended')} calls, ${count('message_handled')} messages, ${count('monitor_fired')} monitors, ` +
    `${count('spawn_ended')} spawns, ${count('node_down')} times a node down`
  );
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Calls of every node succeed in this time. */
export async function expectProgress(cluster: ChaosCluster, ms: number): Promise<void> {
  const before = await cluster.reports();
  await lasting(ms);
  for (const [name, { ok }] of await cluster.reports()) expect(ok).toBeGreaterThan(before.get(name)!.ok);
}
