// START HERE: what the transport is made of and how its parts meet.
import { networkInterfaces } from 'node:os';
import type { Socket } from 'node:net';
import { ClusterStartError, type PeerIdentity, type Transport, type TransportHost } from '@noex/contracts';
import { advertisedHost } from './advertised-address.js';
import { formatHostPort, isLoopback } from './address.js';
import { Connector } from './connector.js';
import { Dialer, type DialOutcome } from './dialer.js';
import { FramedSocket } from './framed-socket.js';
import { Handshake } from './handshake.js';
import { MAX_HANDSHAKE_FRAME_BYTES, type Hello } from './handshake-messages.js';
import { HandshakeSession, type SessionResult } from './handshake-session.js';
import { deriveKey, type PresharedKey } from './key.js';
import { Listener } from './listener.js';
import { resolveOptions, type TcpSettings, type TcpTransportOptions } from './options.js';
import { PeerTable } from './peer-table.js';
import { RefusalLog } from './refusal-log.js';
import { SeedWatcher } from './seed-watcher.js';
import { TcpConnection } from './tcp-connection.js';
import { explainTlsError, secretRequired } from './tls-errors.js';

/**
 * A full mesh of TCP connections: every node dials the peers it knows, one connection per pair stays. With a secret the links are
 * TLS 1.3 with that secret as pre-shared key.
 * @throws InvalidOptionsError listing every bad option.
 */
export function tcp(options: TcpTransportOptions = {}): Transport {
  return new TcpTransport(resolveOptions(options));
}

/** What exists while the transport runs. */
interface Mesh {
  readonly host: TransportHost;
  readonly hello: Hello;
  readonly peers: PeerTable;
  readonly listener: Listener;
  readonly connector: Connector;
  readonly dialer: Dialer;
  readonly seeds: SeedWatcher;
}

class TcpTransport implements Transport {
  readonly maxFrameBytes: number;
  private readonly refusals: RefusalLog;
  private readonly sessions = new Set<HandshakeSession>();
  private readonly sockets = new Set<Socket>();
  private isStarted = false;
  private listener: Listener | undefined;
  private mesh: Mesh | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly settings: TcpSettings) {
    this.maxFrameBytes = settings.maxFrameBytes;
    this.refusals = new RefusalLog(settings.logger, settings.clock);
  }

  async start(host: TransportHost): Promise<string> {
    if (this.isStarted) throw new ClusterStartError('a transport starts once; create another one');
    this.isStarted = true;
    this.failIfClosed();
    const { settings } = this;
    const keys = await Promise.all(settings.secrets.map((secret) => deriveKey(secret)));
    this.failIfClosed();
    this.listener = this.createListener(keys);
    const port = await this.listener.listen();
    // Closed while the address was looked up: what `close` could not stop yet is stopped here.
    if (this.closing) await this.listener.close();
    this.failIfClosed();
    this.mesh = this.createMesh(host, this.advertise(port), this.listener, keys);
    this.mesh.seeds.start();
    return this.mesh.hello.address;
  }

  learn(peers: readonly PeerIdentity[]): void {
    if (!this.closing) this.mesh?.dialer.learn(peers);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const { mesh } = this;
    this.listener?.stop();
    mesh?.seeds.stop();
    mesh?.dialer.stop();
    mesh?.connector.close();
    for (const session of this.sessions) session.abort();
    const connections = mesh?.peers.all() ?? [];
    for (const connection of connections) connection.silence();
    await Promise.all(connections.map(({ gone }) => gone));
    // What is left are refused or replaced connections that still flush.
    for (const socket of this.sockets) socket.destroy();
    await this.listener?.close();
  }

  private failIfClosed(): void {
    if (this.closing) throw new ClusterStartError('the transport was closed before it had started');
  }

  private advertise(port: number): string {
    const { settings } = this;
    const { host, from } = advertisedHost(settings.host, settings.advertisedHost, networkInterfaces());
    const address = formatHostPort(host, port);
    if (from === 'loopback') {
      settings.logger.warn(`this machine has no address that others can dial; advertising ${address}`, {
        event: 'advertised_loopback',
      });
    }
    if (settings.secrets.length === 0 && !isLoopback(settings.host)) {
      settings.logger.warn(
        `listening on ${settings.host} without a secret: anyone who reaches port ${port} controls the cluster; set CLUSTER_SECRET`,
        { event: 'insecure_listener' },
      );
    }
    return address;
  }

  private createListener(keys: readonly PresharedKey[]): Listener {
    const { settings, refusals } = this;
    return new Listener({
      host: settings.host,
      port: settings.port,
      keys,
      timeoutMs: settings.handshakeTimeoutMs,
      maxPending: settings.maxPendingHandshakes,
      clock: settings.clock,
      connected: (socket, remote, unencrypted, release) => this.answer(socket, remote, unencrypted, release),
      refused: (refusal, from) => refusals.report({ refusal, by: 'us', remote: from }),
      troubled: (error) =>
        refusals.warn(`listener ${error.name}`, `cannot accept: ${error.message}`, {
          event: 'listen_trouble',
        }),
      crowded: (from) =>
        refusals.warn(
          'crowded',
          `dropped a connection from ${from}: ${settings.maxPendingHandshakes} are not admitted yet`,
          {
            event: 'handshakes_crowded',
          },
        ),
    });
  }

  private createMesh(
    host: TransportHost,
    address: string,
    listener: Listener,
    keys: readonly PresharedKey[],
  ): Mesh {
    const { settings } = this;
    const peers = new PeerTable(host.self, address);
    const { id, incarnation, clusterName, protocol } = host.self;
    const dialer = new Dialer({
      ...settings,
      self: host.self,
      selfAddress: address,
      dial: (to) => this.dial(to),
      isUp: (peer) => peers.isUp(peer),
      unreachable: (to, error) => {
        // Once there is a cluster, a seed that is away is nobody's trouble.
        if (peers.size > 0) return;
        this.refusals.warn(`unreachable ${to}`, `${to} does not answer: ${error.message}; trying on`, {
          event: 'peer_unreachable',
          address: to,
        });
      },
    });
    return {
      host,
      hello: { kind: 'hello', id, incarnation, clusterName, protocol, address, features: [] },
      peers,
      listener,
      connector: new Connector(keys[0], settings.handshakeTimeoutMs, settings.clock),
      dialer,
      seeds: new SeedWatcher({
        ...settings,
        isAlone: () => peers.size === 0,
        found: (index, addresses) => dialer.setSeed(index, addresses),
      }),
    };
  }

  /** An inbound connection. */
  private answer(socket: Socket, remote: string, unencrypted: boolean, release: () => void): void {
    // The first bytes can only arrive after `start` has gone on, so there is a mesh unless the transport closes.
    const { mesh } = this;
    if (!mesh || this.closing) return void socket.destroy();
    const done = (result: SessionResult) => {
      release();
      // Not per port: a sender that tries again comes from another one.
      if (result.kind === 'refused') this.report(result, remote.replace(/:\d+$/, ''));
    };
    if (unencrypted) {
      const refuse = (peer: Hello) => secretRequired(peer.address, mesh.hello.address);
      this.greet(socket, new Handshake(mesh.hello, refuse), undefined, done);
    } else {
      this.greet(socket, this.handshake(mesh), mesh.hello, done);
    }
  }

  private async dial(address: string): Promise<DialOutcome> {
    const { connector } = this.mesh!;
    let socket: Socket;
    try {
      socket = await connector.connect(address);
    } catch (error) {
      return this.dialError(address, error as Error);
    }
    const { mesh } = this;
    if (!mesh || this.closing) {
      socket.destroy();
      return { kind: 'failed', error: new Error('closed') };
    }
    return new Promise((resolve) => {
      this.greet(socket, this.handshake(mesh), mesh.hello, (result) => {
        if (result.kind === 'refused') {
          this.report(result, address);
          mesh.host.refused?.(result.refusal);
        }
        resolve(result);
      });
    });
  }

  private dialError(address: string, error: Error): DialOutcome {
    const refusal = explainTlsError(error);
    if (!refusal) return { kind: 'failed', error };
    this.refusals.report({ refusal, by: 'us', remote: address });
    this.mesh?.host.refused?.(refusal);
    return { kind: 'refused', refusal };
  }

  private handshake({ hello, peers }: Mesh): Handshake {
    return new Handshake(hello, (peer, arbiter) => peers.objection(peer, arbiter));
  }

  private greet(
    socket: Socket,
    handshake: Handshake,
    greeting: Hello | undefined,
    done: (result: SessionResult) => void,
  ): void {
    const { clock, handshakeTimeoutMs, maxQueuedBytes } = this.settings;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    const framed = new FramedSocket(
      socket,
      { maxFrameBytes: MAX_HANDSHAKE_FRAME_BYTES, maxQueuedBytes },
      clock,
    );
    const session: HandshakeSession = new HandshakeSession(
      {
        socket: framed,
        handshake,
        clock,
        timeoutMs: handshakeTimeoutMs,
        done: (result) => {
          this.sessions.delete(session);
          // In the same turn as the decision, so that no other connection can come between.
          if (result.kind === 'up') this.admit(framed, result.peer);
          done(result);
        },
      },
      greeting,
    );
    this.sessions.add(session);
  }

  private admit(socket: FramedSocket, peer: PeerIdentity): void {
    const { host, peers, dialer } = this.mesh!;
    const { maxFrameBytes } = this;
    const connection = new TcpConnection({
      peer,
      socket,
      host,
      maxFrameBytes,
      down: (down, reason) => {
        peers.remove(down);
        dialer.peerDown(down.peer, reason);
      },
      oversized: (sender, length) =>
        this.refusals.warn(
          `oversized ${sender.peer.id}`,
          `node "${sender.peer.id}" announced a frame of ${length} bytes, the limit is ${maxFrameBytes}; set the same limit on every node`,
          { event: 'frame_oversized', peer: sender.peer.id, length },
        ),
    });
    peers.add(connection);
    socket.handOver(connection, maxFrameBytes);
    dialer.peerUp(peer);
    host.peerUp(connection);
  }

  private report(result: Extract<SessionResult, { kind: 'refused' }>, remote: string): void {
    const { refusal, by, peer } = result;
    this.refusals.report({ refusal, by, remote, ...(peer ? { peer: `${peer.id}@${peer.address}` } : {}) });
  }
}
