// START HERE: what the transport is made of and how its parts meet.
import { networkInterfaces } from 'node:os';
import type { Socket } from 'node:net';
import {
  ClusterStartError,
  type DropCounter,
  type PeerIdentity,
  type Transport,
  type TransportHost,
} from '@noex/contracts';
import { advertisedHost } from './advertised-address.js';
import { formatHostPort, isLoopback } from './address.js';
import { Connector } from './connector.js';
import { createLinkSecurity } from './create-link-security.js';
import { FramedSocket, type FrameStream } from './framed-socket.js';
import { MAX_HANDSHAKE_FRAME_BYTES } from './handshake-messages.js';
import type { LinkSecurity } from './link-security.js';
import { Listener } from './listener.js';
import { Mesh } from './mesh.js';
import { resolveOptions, type TcpSettings, type TcpTransportOptions } from './options.js';
import { HandshakeLog } from './handshake-log.js';
import { SeedWatcher } from './seed-watcher.js';

/**
 * A full mesh of TCP connections: every node dials the peers it knows, one connection per pair stays. The links are TLS 1.3,
 * with a secret as pre-shared key or with certificates on both sides.
 * @throws InvalidOptionsError listing every bad option.
 */
export function tcp(options: TcpTransportOptions = {}): Transport {
  return new TcpTransport(resolveOptions(options));
}

/** What exists while the transport runs. */
interface Running {
  readonly mesh: Mesh;
  readonly connector: Connector;
  readonly seeds: SeedWatcher;
}

class TcpTransport implements Transport {
  readonly maxFrameBytes: number;
  private readonly log: HandshakeLog;
  private readonly security: LinkSecurity | undefined;
  private readonly sockets = new Set<Socket>();
  private isStarted = false;
  private listener: Listener | undefined;
  private running: Running | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly settings: TcpSettings) {
    this.maxFrameBytes = settings.maxFrameBytes;
    this.log = new HandshakeLog(settings.logger, settings.clock);
    this.security = createLinkSecurity(settings.protection, {
      ...settings,
      exposed: !isLoopback(settings.host),
    });
  }

  get refusals(): DropCounter {
    return this.log.counts;
  }

  async start(host: TransportHost): Promise<string> {
    if (this.isStarted) throw new ClusterStartError('a transport starts once; create another one');
    this.isStarted = true;
    this.failIfClosed();
    await this.security?.start();
    this.failIfClosed();
    this.listener = this.createListener();
    const port = await this.listener.listen();
    // Closed while the address was looked up: what `close` could not stop yet is stopped here.
    if (this.closing) await this.listener.close();
    this.failIfClosed();
    this.running = this.run(host, this.advertise(port));
    this.running.seeds.start();
    return this.running.mesh.address;
  }

  learn(peers: readonly PeerIdentity[]): void {
    if (!this.closing) this.running?.mesh.dialer.learn(peers);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.security?.stop();
    this.listener?.stop();
    this.running?.seeds.stop();
    this.running?.connector.close();
    await this.running?.mesh.close();
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
    if (!this.security && !isLoopback(settings.host)) {
      settings.logger.warn(
        `listening on ${settings.host} without a secret: anyone who reaches port ${port} controls the cluster; set CLUSTER_SECRET or CLUSTER_TLS_CERT_FILE`,
        { event: 'insecure_listener' },
      );
    }
    return address;
  }

  private createListener(): Listener {
    const { settings, log } = this;
    const { maxPendingHandshakes, maxPendingPerAddress } = settings;
    return new Listener({
      ...settings,
      security: this.security,
      timeoutMs: settings.handshakeTimeoutMs,
      maxPending: maxPendingHandshakes,
      connected: (socket, from, release) => this.answer(socket, from, release),
      refused: (refusal, from) => log.report({ refusal, by: 'us', remote: from }),
      late: (from) => log.late(from),
      troubled: (error) =>
        log.warn(`listener ${error.name}`, `cannot accept: ${error.message}`, { event: 'listen_trouble' }),
      crowded: (crowd, from) =>
        log.crowded(crowd, from, crowd === 'address_limit' ? maxPendingPerAddress : maxPendingHandshakes),
    });
  }

  private run(host: TransportHost, address: string): Running {
    const { settings, log } = this;
    const connector = new Connector(this.security, settings.handshakeTimeoutMs, settings.clock);
    const mesh = new Mesh({
      ...settings,
      host,
      address,
      refusals: log,
      connect: async (to) => {
        const outcome = await connector.connect(to);
        return outcome.kind === 'connected'
          ? { kind: 'connected', stream: this.framed(outcome.socket) }
          : outcome;
      },
    });
    const seeds = new SeedWatcher({
      ...settings,
      isWhole: (index) => mesh.peers.size > 0 && mesh.dialer.hasMet(index),
      found: (index, addresses) => mesh.dialer.setSeed(index, addresses),
      unresolved: (seed, error) => this.unresolved(seed, error, mesh.peers.size),
    });
    return { mesh, connector, seeds };
  }

  /** An inbound connection. */
  private answer(socket: Socket, from: string, release: () => void): void {
    // The first bytes can only arrive after `start` has gone on, so there is a mesh unless the transport closes.
    if (!this.running || this.closing) return void socket.destroy();
    this.running.mesh.answer(this.framed(socket), from, release);
  }

  private framed(socket: Socket): FrameStream {
    const { clock, maxQueuedBytes } = this.settings;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    return new FramedSocket(socket, { maxFrameBytes: MAX_HANDSHAKE_FRAME_BYTES, maxQueuedBytes }, clock);
  }

  private unresolved(seed: string, error: Error, peers: number): void {
    // Once there is a cluster, a name without an address is nobody's trouble.
    if (peers > 0) return;
    this.log.warn(`unresolved ${seed}`, `seed ${seed} has no address: ${error.message}; trying on`, {
      event: 'seed_unresolved',
      seed,
    });
  }
}
