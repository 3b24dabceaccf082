import {
  PeerTable,
  type Clock,
  type Logger,
  type PeerIdentity,
  type Refusal,
  type RefusalLog,
  type TransportHost,
} from '@noex/contracts';
import { Dialer, type DialOutcome } from './dialer.js';
import type { FrameStream } from './framed-socket.js';
import { Handshake, type HandshakeResult } from './handshake.js';
import type { HelloMessage } from './handshake-messages.js';
import { HandshakeSession, type SessionResult } from './handshake-session.js';
import { TcpConnection } from './tcp-connection.js';

export interface MeshOptions {
  readonly host: TransportHost;
  /** What peers dial. */
  readonly address: string;
  readonly maxFrameBytes: number;
  readonly handshakeTimeoutMs: number;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refusals: RefusalLog;
  random(): number;
  /** Opens a connection to an address. Never rejects. */
  connect(address: string): Promise<StreamOutcome>;
}

export type StreamOutcome =
  | { readonly kind: 'connected'; readonly stream: FrameStream }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: Error };

type Refused = Extract<HandshakeResult, { kind: 'refused' }>;

/** One node's part in the mesh: whom it dials, whom it admits, and who is up. What carries the frames is given. */
export class Mesh {
  readonly address: string;
  readonly peers: PeerTable<TcpConnection>;
  readonly dialer: Dialer;
  private readonly hello: HelloMessage;
  private readonly sessions = new Set<HandshakeSession>();
  private isClosed = false;

  constructor(private readonly options: MeshOptions) {
    const { host, address } = options;
    const { id, incarnation, clusterName, protocol, features = [] } = host.self;
    this.address = address;
    this.hello = { kind: 'hello', id, incarnation, clusterName, protocol, address, features };
    this.peers = new PeerTable<TcpConnection>(host.self, address);
    this.dialer = new Dialer({
      ...options,
      self: host.self,
      selfAddress: address,
      dial: (to) => this.dial(to),
      isUp: (peer) => this.peers.isUp(peer),
      isOver: (peer) => this.peers.isOver(peer),
      unreachable: (to, error) => this.unreachable(to, error),
    });
  }

  /** Takes an inbound connection through the handshake; `over` is called at its end. `from` is the host it comes from. */
  answer(stream: FrameStream, from: string, over: () => void): void {
    this.greet(stream, (result) => {
      over();
      if (result.kind === 'refused') this.report(result, from);
    });
  }

  /** Ends everything after a flush; the host hears nothing more. Resolves when the sockets are gone. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.dialer.stop();
    for (const session of this.sessions) session.abort();
    const connections = this.peers.all();
    for (const connection of connections) connection.silence();
    await Promise.all(connections.map(({ gone }) => gone));
  }

  private async dial(address: string): Promise<DialOutcome> {
    const opened = await this.options.connect(address);
    if (this.isClosed) {
      if (opened.kind === 'connected') opened.stream.cut();
      return { kind: 'failed', error: new Error('closed') };
    }
    const result: SessionResult =
      opened.kind === 'connected'
        ? await new Promise((resolve) => this.greet(opened.stream, resolve))
        : opened.kind === 'refused'
          ? { ...opened, by: 'us' }
          : opened;
    if (result.kind === 'refused') {
      this.report(result, address);
      this.options.host.refused?.(result.refusal);
    }
    return result;
  }

  private unreachable(address: string, error: Error): void {
    // Once there is a cluster, a seed that is away is nobody's trouble.
    if (this.peers.size > 0) return;
    this.options.refusals.warn(
      `unreachable ${address}`,
      `${address} does not answer: ${error.message}; trying on`,
      { event: 'peer_unreachable', address },
    );
  }

  private greet(stream: FrameStream, done: (result: SessionResult) => void): void {
    const { clock, handshakeTimeoutMs } = this.options;
    const session: HandshakeSession = new HandshakeSession(
      {
        socket: stream,
        handshake: new Handshake(this.hello, (peer, arbiter) => this.peers.objection(peer, arbiter)),
        clock,
        timeoutMs: handshakeTimeoutMs,
        done: (result) => {
          this.sessions.delete(session);
          // In the same turn as the decision, so that no other connection can come between.
          if (result.kind === 'up') this.admit(stream, result.peer, result.features);
          done(result);
        },
      },
      this.hello,
    );
    this.sessions.add(session);
  }

  private admit(socket: FrameStream, peer: PeerIdentity, features: ReadonlySet<string>): void {
    const { peers, dialer } = this;
    const { host, maxFrameBytes, clock, refusals } = this.options;
    const connection = new TcpConnection({
      peer,
      features,
      socket,
      host,
      maxFrameBytes,
      clock,
      down: (down, reason) => {
        peers.remove(down);
        dialer.peerDown(down.peer, reason);
      },
      oversized: (sender, length) =>
        refusals.warn(
          `oversized ${sender.peer.id}`,
          `node "${sender.peer.id}" announced a frame of ${length} bytes, the limit is ${maxFrameBytes}; set the same limit on every node`,
          { event: 'frame_oversized', peer: sender.peer.id, length },
        ),
    });
    peers.admit(connection);
    socket.handOver(connection, maxFrameBytes);
    dialer.peerUp(peer);
    host.peerUp(connection);
  }

  private report({ refusal, by, peer }: Refused, remote: string): void {
    const who = peer ? { peer: `${peer.id}@${peer.address}` } : {};
    this.options.refusals.report({ refusal, by, remote, ...who });
  }
}
