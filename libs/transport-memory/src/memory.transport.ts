import {
  ClusterStartError,
  refusePeer,
  silentLogger,
  type Logger,
  type PeerIdentity,
  type Refusal,
  type Transport,
  type TransportHost,
} from '@noex/contracts';
import type { MemoryConnection } from './memory-connection.js';

/** What one node of the network needs to know; everything has a default. */
export interface MemoryTransportOptions {
  /** Default: the next free `memory:1`, `memory:2`, … */
  readonly address?: string;
  /** Addresses to connect to at first. Default: everybody in the network. */
  readonly seeds?: readonly string[];
  /** Default 1 MiB. */
  readonly maxFrameBytes?: number;
  /** Most bytes waiting for one peer. Default 1 MiB, at least `maxFrameBytes`. */
  readonly maxQueuedBytes?: number;
  /** Default: none. */
  readonly logger?: Logger;
}

/** What a transport needs of its network. */
export interface Attachment {
  /** Returns the address. @throws ClusterStartError when the wanted one is taken. */
  attach(transport: MemoryTransport, wanted: string | undefined): string;
  detach(transport: MemoryTransport): void;
  /** Who is to be connected has changed. */
  settleSoon(): void;
  /** A connection was lost. */
  settleLater(): void;
}

/** One node's place in a `MemoryNetwork`. */
export class MemoryTransport implements Transport {
  readonly maxFrameBytes: number;
  readonly maxQueuedBytes: number;
  private readonly logger: Logger;
  private readonly learned = new Set<string>();
  private readonly connections = new Map<string, MemoryConnection>();
  /** Peers that said goodbye: they are not looked for again in that life. */
  private readonly departed = new Map<string, number>();
  private readonly logged = new Set<string>();
  private attached: { readonly host: TransportHost; readonly address: string } | undefined;
  private isStarted = false;
  private isClosed = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly network: Attachment,
    private readonly options: MemoryTransportOptions,
  ) {
    this.maxFrameBytes = options.maxFrameBytes ?? 2 ** 20;
    this.maxQueuedBytes = options.maxQueuedBytes ?? Math.max(2 ** 20, this.maxFrameBytes);
    this.logger = options.logger ?? silentLogger;
  }

  async start(host: TransportHost): Promise<string> {
    if (this.isStarted || this.isClosed)
      throw new ClusterStartError('a transport starts once; create another one');
    this.isStarted = true;
    const address = this.network.attach(this, this.options.address);
    this.attached = { host, address };
    this.network.settleSoon();
    return address;
  }

  learn(peers: readonly PeerIdentity[]): void {
    for (const { id, incarnation, address } of peers) {
      if ((this.departed.get(id) ?? -1) < incarnation) this.learned.add(address);
    }
    this.network.settleSoon();
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.isClosed = true;
    this.network.detach(this);
    const connections = this.all();
    for (const connection of connections) connection.silence();
    await Promise.all(connections.map(({ gone }) => gone));
  }

  /** Ends as a crash does: at once, without a word. */
  die(): void {
    this.isClosed = true;
    this.network.detach(this);
    for (const connection of this.all()) connection.die();
  }

  /** The host while the transport runs. */
  get running(): { readonly host: TransportHost; readonly address: string } | undefined {
    return this.isClosed ? undefined : this.attached;
  }

  all(): MemoryConnection[] {
    return [...this.connections.values()];
  }

  /** Whether this side wants to be connected to the peer. */
  seeks({ id, incarnation, address }: PeerIdentity): boolean {
    const { seeds } = this.options;
    if ((this.departed.get(id) ?? -1) >= incarnation) return seeds?.includes(address) ?? false;
    return seeds === undefined || seeds.includes(address) || this.learned.has(address);
  }

  isUp({ id, incarnation }: PeerIdentity): boolean {
    return this.connections.get(id)?.peer.incarnation === incarnation;
  }

  objection(peer: TransportHost['self'], address: string): Refusal | undefined {
    const { host, address: own } = this.attached!;
    return refusePeer(host.self, own, { ...peer, address }, this.connections.get(peer.id)?.peer);
  }

  /** Puts the connection in place of an older one of the same node, which goes down first. */
  admit(connection: MemoryConnection): void {
    this.connections.get(connection.peer.id)?.sever();
    this.connections.set(connection.peer.id, connection);
    this.learned.add(connection.peer.address);
    this.departed.delete(connection.peer.id);
    this.attached!.host.peerUp(connection);
  }

  /** A connection of this side has ended. */
  readonly down = (connection: MemoryConnection, reason: string): void => {
    const { peer } = connection;
    if (this.connections.get(peer.id) === connection) this.connections.delete(peer.id);
    if (reason === 'graceful_shutdown') {
      this.learned.delete(peer.address);
      this.departed.set(peer.id, peer.incarnation);
    }
    if (!this.isClosed) this.network.settleLater();
  };

  /** Says once why a peer is not connected. */
  refused({ code, message }: Refusal, by: 'us' | 'them', address: string): void {
    const key = `${code} ${address}`;
    if (this.logged.has(key)) return;
    this.logged.add(key);
    const line = by === 'us' ? `refused ${address}: ${message}` : `refused by ${address}: ${message}`;
    this.logger[code === 'self' ? 'debug' : 'warn'](line, {
      event: 'peer_refused',
      code,
      by,
      remote: address,
    });
  }
}
