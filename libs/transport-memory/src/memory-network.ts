// START HERE: the network that in-process transports share, and the faults a test can give it.
import { ClusterStartError, type Clock, type PeerIdentity, type Transport } from '@noex/contracts';
import { Faults, type PartitionMode } from './faults.js';
import { MemoryConnection } from './memory-connection.js';
import { MemoryTransport, type Attachment, type MemoryTransportOptions } from './memory.transport.js';
import { Scheduler } from './scheduler.js';

/** How slow the network is, and by whose clock. */
export interface MemoryNetworkOptions {
  /** How long a frame, a connection and its end are under way. Default 0. */
  readonly latencyMs?: number;
  /** Up to how much longer each delivery takes, by chance; frames of a connection stay in order. Default 0. */
  readonly jitterMs?: number;
  /** Numbers in [0, 1) for the jitter, so that a test can repeat it. Default Math.random. */
  readonly random?: () => number;
  /** How long after a lost connection the two look for each other again. Default 100. */
  readonly reconnectMs?: number;
  /** A test's own clock: then nothing moves unless it does. Default: the machine's. */
  readonly clock?: Clock;
}

/** A network within one OS process. Transports of one network find each other; delivery is asynchronous and in order. */
export class MemoryNetwork implements Attachment {
  private readonly scheduler: Scheduler;
  private readonly reconnectMs: number;
  private readonly faults = new Faults();
  private readonly transports = new Map<string, MemoryTransport>();
  private lastNumber = 0;
  private isSettling = false;
  private isSettlingLater = false;

  constructor(options: MemoryNetworkOptions = {}) {
    const { latencyMs = 0, jitterMs = 0, random = Math.random, reconnectMs = 100, clock } = options;
    const latency = jitterMs > 0 ? () => latencyMs + random() * jitterMs : () => latencyMs;
    this.scheduler = new Scheduler(latency, clock);
    this.reconnectMs = reconnectMs;
  }

  transport(options: MemoryTransportOptions = {}): Transport {
    return new MemoryTransport(this, options);
  }

  /** Separates the nodes of one group from those of the other, by node id, until `heal`. Partitions add up. */
  partition(
    groupA: readonly string[],
    groupB: readonly string[],
    { mode = 'cut' }: { mode?: PartitionMode } = {},
  ): void {
    this.faults.partition(groupA, groupB, mode);
    if (mode === 'cut') this.severWhere((id, peer) => this.faults.isSevered(id, peer));
  }

  /** The connection of two nodes is lost, with all that is under way; they find each other again. */
  disconnect(a: string, b: string): void {
    this.severWhere((id, peer) => (id === a && peer === b) || (id === b && peer === a));
  }

  /** Ends all partitions; the nodes find each other again. */
  heal(): void {
    this.faults.heal();
    this.recover();
  }

  /** The node crashes: it falls silent at once, its connections drop, nobody hears a goodbye. */
  kill(nodeId: string): void {
    this.faults.resume(nodeId);
    for (const transport of [...this.transports.values()]) {
      if (transport.running?.host.self.id === nodeId) transport.die();
    }
  }

  /**
   * The node hangs, as far as the network can tell: what is sent to it waits with the senders, it hears of no connection and of no
   * end of one, until `resume`. What it sends itself still leaves.
   */
  pause(nodeId: string): void {
    this.faults.pause(nodeId);
  }

  resume(nodeId: string): void {
    this.faults.resume(nodeId);
    this.recover();
  }

  /** For transports, as are the three below. */
  attach(transport: MemoryTransport, wanted: string | undefined): string {
    let address = wanted;
    while (address === undefined || (wanted === undefined && this.transports.has(address))) {
      address = `memory:${++this.lastNumber}`;
    }
    if (this.transports.has(address)) throw new ClusterStartError(`address ${address} is taken`, { address });
    this.transports.set(address, transport);
    return address;
  }

  detach(transport: MemoryTransport): void {
    for (const [address, attached] of this.transports) {
      if (attached === transport) this.transports.delete(address);
    }
  }

  settleSoon(): void {
    if (this.isSettling) return;
    this.isSettling = true;
    this.scheduler.soon(() => {
      this.isSettling = false;
      this.settle();
    });
  }

  settleLater(): void {
    if (this.isSettlingLater) return;
    this.isSettlingLater = true;
    this.scheduler.after(this.reconnectMs, () => {
      this.isSettlingLater = false;
      this.settle();
    });
  }

  private severWhere(holds: (id: string, peer: string) => boolean): void {
    for (const [id, connection] of this.connections()) {
      if (!holds(id, connection.peer.id)) continue;
      this.scheduler.soon(() => (this.faults.isPaused(id) ? connection.orphan() : connection.sever()));
    }
  }

  private recover(): void {
    for (const [, connection] of this.connections()) connection.recover();
    this.settleSoon();
  }

  private settle(): void {
    const transports = [...this.transports.values()];
    transports.forEach((a, index) => {
      for (const b of transports.slice(index + 1)) this.connect(a, b);
    });
  }

  private connect(a: MemoryTransport, b: MemoryTransport): void {
    if (!a.running || !b.running) return;
    const [peerA, peerB] = [identityOf(a.running), identityOf(b.running)];
    if (!a.seeks(peerB) && !b.seeks(peerA)) return;
    if (!this.faults.connects(peerA.id, peerB.id) || (a.isUp(peerB) && b.isUp(peerA))) return;
    const objectionA = a.objection(b.running.host.self, peerB.address);
    const objectionB = b.objection(a.running.host.self, peerA.address);
    if (objectionA || objectionB) {
      for (const [transport, own, other, address] of [
        [a, objectionA, objectionB, peerB.address],
        [b, objectionB, objectionA, peerA.address],
      ] as const) {
        transport.refused((own ?? other)!, own ? 'us' : 'them', address);
      }
      return;
    }
    const [atA, atB] = MemoryConnection.pair(this.side(a, peerA, b, peerB), this.side(b, peerB, a, peerA));
    a.admit(atA);
    b.admit(atB);
  }

  private side(transport: MemoryTransport, self: PeerIdentity, other: MemoryTransport, peer: PeerIdentity) {
    const { maxFrameBytes, maxQueuedBytes, down, running } = transport;
    return {
      peer,
      features: new Set(other.running!.host.self.features),
      maxFrameBytes,
      maxQueuedBytes,
      down,
      host: running!.host,
      scheduler: this.scheduler,
      delivers: () => this.faults.delivers(self.id, peer.id),
    };
  }

  private *connections(): Generator<[string, MemoryConnection]> {
    for (const transport of [...this.transports.values()]) {
      const id = transport.running?.host.self.id;
      if (id !== undefined) for (const connection of transport.all()) yield [id, connection];
    }
  }
}

function identityOf({ host, address }: NonNullable<MemoryTransport['running']>): PeerIdentity {
  const { id, incarnation } = host.self;
  return { id, incarnation, address };
}
