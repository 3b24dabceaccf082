import {
  PROTOCOL_VERSION,
  type NodeDownReason,
  type NodeIdentity,
  type PeerConnection,
  type Transport,
  type TransportHost,
} from '@noex/contracts';

/** The longest a step may take, in ms: below Jest's own limit, so that a failure says what was awaited. */
const PATIENCE_MS = 4_500;

/** What a host was told, in order. */
export type HostEvent =
  | { readonly kind: 'up' | 'writable'; readonly peer: string; readonly incarnation: number }
  | {
      readonly kind: 'down';
      readonly peer: string;
      readonly incarnation: number;
      readonly reason: NodeDownReason;
    };

/** A host that records what its transport tells it, and checks on the way what must hold at every moment. */
export class ComplianceHost implements TransportHost {
  readonly self: NodeIdentity;
  readonly events: HostEvent[] = [];
  /** Copies of the frames, by node id of the sender. */
  readonly frames = new Map<string, Uint8Array[]>();
  readonly connections = new Map<string, PeerConnection>();
  /** Broken promises, in words; the suite expects none. */
  readonly violations: string[] = [];
  /** Called with each frame instead of keeping a copy. */
  onFrame: ((connection: PeerConnection, frame: Uint8Array) => void) | undefined;
  private isClosed = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    readonly transport: Transport,
    {
      id,
      incarnation = 1,
      clusterName = 'compliance',
      features,
    }: { id: string; incarnation?: number; clusterName?: string; features?: readonly string[] },
  ) {
    const self = { id, incarnation, clusterName, protocol: PROTOCOL_VERSION };
    this.self = features ? { ...self, features } : self;
  }

  peerUp(connection: PeerConnection): void {
    const { id, incarnation } = connection.peer;
    if (this.connections.has(id)) this.violations.push(`peerUp for ${id} without a peerDown between`);
    this.connections.set(id, connection);
    this.record({ kind: 'up', peer: id, incarnation });
  }

  peerDown(connection: PeerConnection, reason: NodeDownReason): void {
    const { id, incarnation } = connection.peer;
    if (this.connections.get(id) !== connection) this.violations.push(`peerDown for ${id}, which is not up`);
    this.connections.delete(id);
    this.record({ kind: 'down', peer: id, incarnation, reason });
  }

  frame(connection: PeerConnection, frame: Uint8Array): void {
    const { id } = connection.peer;
    if (this.connections.get(id) !== connection) this.violations.push(`a frame of ${id}, which is not up`);
    if (this.onFrame) this.onFrame(connection, frame);
    else if (this.frames.has(id)) this.frames.get(id)!.push(Uint8Array.from(frame));
    else this.frames.set(id, [Uint8Array.from(frame)]);
    if (this.isClosed) this.violations.push('a frame after close');
    this.recheck();
  }

  writable(connection: PeerConnection): void {
    const { id, incarnation } = connection.peer;
    this.record({ kind: 'writable', peer: id, incarnation });
  }

  async close(): Promise<void> {
    await this.transport.close();
    this.isClosed = true;
  }

  /** Resolves when the condition holds after some event. Rejects, saying what was awaited, when it never does. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!holds()) return;
        this.waiting.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(
          new Error(
            `${this.self.id} waited in vain until ${what}; it saw ${JSON.stringify(this.events.slice(-20))}`,
          ),
        );
      }, PATIENCE_MS);
      this.waiting.add(check);
    });
  }

  /** Resolves with the connection to the peer once it is up, in that incarnation if one is given. */
  async connected(id: string, incarnation?: number): Promise<PeerConnection> {
    const connection = () => {
      const found = this.connections.get(id);
      return incarnation === undefined || found?.peer.incarnation === incarnation ? found : undefined;
    };
    await this.until(`${id} is up`, () => connection() !== undefined);
    return connection()!;
  }

  /** Resolves once so many `peerDown`s of the peer were seen. */
  wentDown(id: string, times = 1): Promise<void> {
    return this.until(`${id} is down`, () => this.downs(id).length >= times);
  }

  received(id: string, count: number): Promise<void> {
    return this.until(`${count} frames of ${id} are here`, () => (this.frames.get(id)?.length ?? 0) >= count);
  }

  downs(id: string): NodeDownReason[] {
    return this.events.flatMap((event) => (event.kind === 'down' && event.peer === id ? [event.reason] : []));
  }

  private record(event: HostEvent): void {
    if (this.isClosed) this.violations.push(`${event.kind} after close`);
    this.events.push(event);
    this.recheck();
  }

  /** Looks again at what is awaited, after something happened that the transport does not tell a host. */
  recheck(): void {
    for (const check of [...this.waiting]) check();
  }
}
