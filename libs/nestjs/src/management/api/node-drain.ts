import { NodeDownError, NodeNotRunningError, NodeUnreachableError, type ProcessRef } from '@noex/contracts';
import type { Cluster, DrainLedger } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import type { Shutdown } from '../../shutdown/shutdown.js';
import { ApiError } from './api-error.js';
import { DRAIN_BEHAVIOR, drainDriver, LEFT, type DrainArgs } from './drain.behavior.js';

export interface DrainAnswer {
  readonly node: string;
  readonly state: 'leaving' | 'left';
  /** Of one that has left. */
  readonly ledger?: DrainLedger;
}

/** Makes nodes leave the cluster: this one, or a peer whose API is on too. */
export class NodeDrain {
  constructor(
    private readonly cluster: Cluster,
    private readonly shutdown: Shutdown,
  ) {
    cluster.addBehavior(drainDriver(cluster, (askedBy) => this.begin(askedBy)));
  }

  /**
   * Resolves when the node has begun to leave, or with `wait` when it has left. Rejects with NodeUnreachableError, NodeDownError (it was
   * lost before it had left), NodeNotRunningError (this node left meanwhile), ApiError (its API is off), and as a spawn does.
   */
  async drain(node: string, wait: boolean): Promise<DrainAnswer> {
    const { id } = this.cluster.self;
    if (node !== id) return this.drainPeer(node, wait);
    if (wait) return { node, state: 'left', ledger: await this.leave(id) };
    this.begin(id);
    return { node, state: 'leaving' };
  }

  /** For whoever does not wait for the end. */
  private begin(askedBy: string): void {
    const { logger } = this.cluster.node;
    this.leave(askedBy).catch((error: unknown) =>
      logger.error('the node could not leave in order', { event: 'management_drain_failed', error }),
    );
  }

  private leave(askedBy: string): Promise<DrainLedger> {
    const message = `asked to leave the cluster through the management API of node "${askedBy}"`;
    this.cluster.node.logger.info(message, { event: 'management_drain', askedBy });
    return this.shutdown.leave();
  }

  private async drainPeer(node: string, wait: boolean): Promise<DrainAnswer> {
    this.requirePeer(node);
    if (!wait) {
      await this.start(node, {});
      return { node, state: 'leaving' };
    }
    const departure = await watchDeparture(this.cluster, node);
    try {
      await this.start(node, { reportTo: departure.process });
      return { node, state: 'left', ledger: await departure.left };
    } finally {
      departure.close();
    }
  }

  private async start(on: string, args: Omit<DrainArgs, 'askedBy'>): Promise<void> {
    const { self } = this.cluster;
    await this.cluster.spawn(DRAIN_BEHAVIOR, { on, args: { ...args, askedBy: self.id } satisfies DrainArgs });
  }

  /** Before it is a placement: words like `random` are placements too, and would drain whomever. */
  private requirePeer(id: string): void {
    const nodes = this.cluster.nodes();
    const peer = nodes.find((node) => node.id === id);
    if (!peer) {
      const known = nodes.map((node) => node.id);
      throw new NodeUnreachableError(`node "${id}" is not connected; those are: ${known.join(', ')}`, {
        node: id,
        nodes: known,
      });
    }
    if (peer.behaviors.includes(DRAIN_BEHAVIOR)) return;
    throw new ApiError(
      409,
      'peer_api_off',
      `node "${id}" takes no drain from others: its management API is off (MANAGEMENT_PORT, MANAGEMENT_TOKEN)`,
    );
  }
}

interface Watch {
  /** Takes the report. */
  readonly process: ProcessRef;
  /** Resolves when the node is gone, after its report. */
  readonly left: Promise<DrainLedger>;
  close(): void;
}

async function watchDeparture(cluster: Cluster, id: string): Promise<Watch> {
  let report: DrainLedger | undefined;
  let settle!: { readonly resolve: (ledger: DrainLedger) => void; readonly reject: (error: Error) => void };
  const left = new Promise<DrainLedger>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever asked may have failed before it waits.
  left.catch(() => {});
  const watcher = plainDriver({
    name: `${DRAIN_BEHAVIOR}-watch`,
    init: () => null,
    handleInfo: { [LEFT]: (ledger: DrainLedger) => ((report = ledger), null) },
    terminate: () =>
      settle.reject(
        new NodeNotRunningError(`this node leaves itself; the log of node "${id}" tells how its leave ended`),
      ),
  });
  const process = await cluster.node.spawn(watcher);
  const forget = cluster.members.nodeDown.add((node, reason) => {
    if (node !== id) return;
    if (report) return settle.resolve(report);
    settle.reject(
      new NodeDownError(`node "${id}" was lost (${reason}) before it had left`, { node: id, reason }),
    );
  });
  return {
    process,
    left,
    close() {
      forget();
      cluster.exit(process, 'shutdown');
    },
  };
}
