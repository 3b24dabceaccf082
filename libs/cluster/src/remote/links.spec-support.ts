import type { ExitReason, ProcessRef } from '@noex/contracts';
import { plainDriver, type ProcessContext } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import type { ClusterOptions } from '../cluster-options.js';
import { Cluster } from '../cluster.js';

/** How long two nodes that lost their connection look for each other, in milliseconds. */
const RECONNECT_MS = 5;

/** A process that does what a test says, through its context, and what it has seen. */
export interface Puppet {
  readonly cluster: Cluster;
  readonly context: ProcessContext;
  readonly ref: ProcessRef;
  /** Exits of others that came as messages, and the notes it was cast, in the order they came. */
  readonly news: (readonly [from: ProcessRef, reason: ExitReason])[];
  /** Why it ended. */
  readonly ends: ExitReason[];
}

/** Nodes on a network in memory, in time that passes only when it is told to. */
export class LinkWorld {
  readonly clock = new VirtualClock();
  readonly network = new MemoryNetwork({ clock: this.clock, reconnectMs: RECONNECT_MS });
  private readonly clusters: Cluster[] = [];
  /** Called with each piece of news as it is handled. */
  onNews: (puppet: Puppet, from: ProcessRef) => void = () => {};
  private readonly puppets = new Map<string, Puppet>();

  async start(nodeName: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
    const { clock, network } = this;
    const cluster = new Cluster({ nodeName, transport: network.transport(), clock, ...options });
    const hear = (from: ProcessRef, reason: ExitReason, { self }: ProcessContext) => {
      const puppet = this.puppets.get(self.toString())!;
      puppet.news.push([from, reason]);
      this.onNews(puppet, from);
      return null;
    };
    cluster.addBehavior(
      plainDriver({
        name: 'puppet',
        init: (give: (context: ProcessContext) => void, context) => (give(context), null),
        handleCast: { note: (text: string, _state, context) => hear(context.from!, text, context) },
        handleInfo: {
          EXIT: ({ from, reason }: { from: ProcessRef; reason: ExitReason }, _state, context) =>
            hear(from, reason, context),
        },
      }),
    );
    this.clusters.push(cluster);
    await cluster.start();
    return cluster;
  }

  /** Nodes of these names that are up for each other. */
  async nodes(...names: readonly string[]): Promise<Cluster[]> {
    const clusters: Cluster[] = [];
    for (const name of names) clusters.push(await this.start(name));
    await this.rest();
    return clusters;
  }

  async spawn(cluster: Cluster, trap = false): Promise<Puppet> {
    let context!: ProcessContext;
    const give = (own: ProcessContext) => {
      context = own;
      own.trapExits(trap);
    };
    const ref = await cluster.node.spawn('puppet', { args: give });
    const puppet: Puppet = { cluster, context, ref, news: [], ends: [] };
    this.puppets.set(ref.toString(), puppet);
    cluster.node.monitor(ref, (reason) => puppet.ends.push(reason));
    return puppet;
  }

  /** Whatever is under way arrives, and nodes that can find each other do. */
  rest(): Promise<void> {
    return this.clock.advance(2 * RECONNECT_MS);
  }

  async end(): Promise<void> {
    const stopped = Promise.all(this.clusters.map((cluster) => cluster.stop(10)));
    await this.clock.advance(10_000);
    await stopped;
  }
}

/** Whom a process is linked to. */
export function linksOf({ cluster, ref }: Puppet): ProcessRef[] {
  return [...(cluster.node.observer.info(ref)?.links ?? [])];
}

/** Entries in the tables of links that a node keeps for its peers. */
export function tableSize(cluster: Cluster): number {
  return [...cluster.members.values()].reduce((sum, peer) => sum + peer.links.size, 0);
}

/** Two nodes, `a` and `b`, for each test of the file; `use` is given them before it. */
export function pairOfNodes(use: (world: LinkWorld, a: Cluster, b: Cluster) => void) {
  let world: LinkWorld;
  let nodes: Cluster[];

  // However slow the machine, no turn of the scheduler ends early: `rest` brings everything to rest.
  beforeAll(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
  afterAll(() => jest.restoreAllMocks());
  beforeEach(async () => {
    world = new LinkWorld();
    nodes = await world.nodes('a', 'b');
    use(world, nodes[0]!, nodes[1]!);
  });
  afterEach(() => world.end());

  /** A process of each node, linked by the first. */
  async function linked({ trapA = false, trapB = false } = {}): Promise<[Puppet, Puppet]> {
    const pair: [Puppet, Puppet] = [await world.spawn(nodes[0]!, trapA), await world.spawn(nodes[1]!, trapB)];
    pair[0].context.link(pair[1].ref);
    await world.rest();
    return pair;
  }

  /** Nothing of any link is left at either node, nor at these processes. */
  function expectNoTrace(...puppets: Puppet[]): void {
    expect([...nodes.map(tableSize), ...puppets.map(linksOf)]).toEqual([0, 0, ...puppets.map(() => [])]);
  }

  return { rest: () => world.rest(), linked, expectNoTrace };
}

export function kill({ cluster, ref }: Puppet): void {
  cluster.node.exit(ref, 'kill');
}
