import { systemClock, type Clock } from '@noex/contracts';
import { MemoryNetwork } from '@noex/transport-memory';
import type { LogLine } from '../log-recorder.js';
import { turn } from '../patience.js';
import { VirtualClock } from '../virtual-clock.js';
import { NoexTestingModuleBuilder, type AppMetadata, type TestNoexOptions } from './noex-testing-module.js';
import { Reach } from './reach.js';
import { TestCluster } from './test-cluster.js';
import { TestNode } from './test-node.js';
import { movements } from './unrest.js';

/** Looks in a row that must find nothing at work before the next virtual timer fires. */
const CALM_LOOKS = 3;
/** Turns of the event loop that what a timer set off may take before the next one fires; a handler that awaits the machine takes longer. */
const MOST_TURNS = 200;

/** The network's time: what takes none happens in the next turn of the event loop, whatever time the nodes have. */
const networkClock: Clock = {
  ...systemClock,
  setTimeout: (callback, delayMs) =>
    delayMs > 0 ? systemClock.setTimeout(callback, delayMs) : setImmediate(callback),
};

/** One value for all nodes, or one for each. */
export type PerNode<T> = T | ((nodeId: string) => T);

/** What the nodes of a test cluster consist of. */
export interface TestClusterOptions {
  /** How many (`n1`, `n2`, …), or their names. */
  readonly nodes: number | readonly string[];
  /** What each app consists of, but for `NoexModule`, which is added to it. */
  readonly imports?: PerNode<AppMetadata['imports']>;
  readonly providers?: PerNode<AppMetadata['providers']>;
  readonly controllers?: PerNode<AppMetadata['controllers']>;
  /** Options of the nodes. Default: those of `NoexModule`, but with `strictMessages` and one second to leave. */
  readonly options?: PerNode<TestNoexOptions | undefined>;
  /**
   * `virtual` (the default): heartbeats, timeouts and timers of processes wait for `cluster.advance`; messages travel without it.
   * `real`: the machine's time. Timers that an app sets by `setTimeout` are the machine's in both.
   */
  readonly clock?: 'virtual' | 'real';
  /** Whether the apps serve HTTP, for supertest: `request(cluster.node('n1').server)`. Needs a platform of Nest. Default false. */
  readonly http?: boolean;
  /** Called for each app before it is compiled, again at a restart: fakes, guards, other providers. */
  readonly override?: (builder: NoexTestingModuleBuilder, nodeId: string) => unknown;
}

/**
 * START HERE. Starts Nest apps as the nodes of a cluster, in this OS process, over a memory network. Resolves when each sees all the
 * others. Rejects with what the start of an app threw, or with who does not see whom; then none is left.
 */
export async function createTestCluster(options: TestClusterOptions): Promise<TestCluster> {
  const ids = nodeIds(options.nodes);
  const network = new MemoryNetwork({ reconnectMs: 0, clock: networkClock });
  const reach = new Reach();
  const log: LogLine[] = [];
  const clock = options.clock === 'real' ? undefined : new VirtualClock(0, () => settle());
  let incarnation = 0;

  const start = (nodeName: string): Promise<TestNode> => {
    const of = <T>(value: PerNode<T>): T =>
      typeof value === 'function' ? (value as (id: string) => T)(nodeName) : value;
    const { imports, providers, controllers } = options;
    const metadata = { imports: of(imports), providers: of(providers), controllers: of(controllers) };
    const builder = new NoexTestingModuleBuilder(metadata, of(options.options), {
      nodeName,
      network,
      clock,
      incarnation: ++incarnation,
      write: (line) => log.push(line),
    });
    options.override?.(builder, nodeName);
    return TestNode.start(nodeName, builder, options.http ?? false);
  };
  const cluster = new TestCluster({ network, reach, clock, log, start });
  const settle = async () => {
    for (let [n, calm] = [0, 0]; n < MOST_TURNS && calm < CALM_LOOKS; n++) {
      await turn(0);
      calm = movements(cluster.nodes, reach).length === 0 ? calm + 1 : 0;
    }
  };

  try {
    await cluster.start(ids);
  } catch (error) {
    await cluster.close().catch(() => {});
    throw error;
  }
  return cluster;
}

function nodeIds(nodes: number | readonly string[]): readonly string[] {
  const ids = typeof nodes === 'number' ? Array.from({ length: nodes }, (_, i) => `n${i + 1}`) : nodes;
  if (ids.length > 0 && new Set(ids).size === ids.length) return ids;
  throw new TypeError(
    `a test cluster needs one node or more, each with a name of its own; got ${String(nodes)}`,
  );
}
