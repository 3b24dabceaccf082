import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions } from 'node:tls';
import { ClusterStartError, type Clock, type Refusal } from '@noex/contracts';
import { formatHostPort } from './address.js';
import type { LinkSecurity } from './link-security.js';
import { PendingConnections, type Crowd } from './pending-connections.js';
import { recogniseStranger } from './stranger.js';
import { encryptionRequired } from './tls-errors.js';
import { turnAway } from './turn-away.js';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Without it connections are not encrypted. */
  readonly security: LinkSecurity | undefined;
  /** How long a connection may take from its first packet until it is admitted. */
  readonly timeoutMs: number;
  readonly maxPending: number;
  readonly maxPendingPerAddress: number;
  readonly clock: Clock;
  /**
   * A connection that may exchange frames: it has proved itself where that is asked for. `host` is where it came from, `release` is to be
   * called when its handshake is over.
   */
  connected(socket: Socket, host: string, release: () => void): void;
  /** A connection that failed before it could exchange frames; `host` is where it came from. */
  refused(refusal: Refusal, host: string): void;
  /** A connection that was not admitted within `timeoutMs`. */
  late(host: string): void;
  troubled(error: Error): void;
  /** There were too many already. */
  crowded(crowd: Crowd, host: string): void;
}

const TLS_HANDSHAKE_RECORD = 0x16;
/** How a frame begins: no first frame is longer than 16 MiB. */
const FRAME_LENGTH = 0x00;

/** Accepts connections and takes them through TLS when links are protected. */
export class Listener {
  private readonly server: Server;
  private readonly tls: TlsServer | undefined;
  private tlsOptions: TlsOptions | undefined;
  private readonly pending: PendingConnections;
  /** What frees the place of a connection that is in TLS, by "host:port" of the other side: node:tls does not say what it wrapped. */
  private readonly inTls = new Map<string, () => void>();
  private readonly sockets = new Set<Socket>();

  constructor(private readonly options: ListenerOptions) {
    const { security, maxPending, maxPendingPerAddress } = options;
    this.pending = new PendingConnections(maxPending, maxPendingPerAddress);
    this.server = createServer((socket) => this.accept(socket));
    if (security) this.tls = this.createTls(security);
  }

  /** Resolves with the port. @throws ClusterStartError when it cannot be listened on. */
  listen(): Promise<number> {
    const { host, port } = this.options;
    return new Promise((resolve, reject) => {
      this.server.once('error', (error) => reject(explainListenError(error, host, port)));
      this.server.listen({ host, port }, () => {
        this.server.removeAllListeners('error');
        this.server.on('error', (error) => this.options.troubled(error));
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Stops listening at once and drops whoever is not admitted. */
  stop(): void {
    if (this.server.listening) this.server.close();
    this.pending.destroyAll();
  }

  /** Drops every connection that is left. Resolves when the port is free. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    // A socket without a listener for errors would end the process.
    socket.on('error', () => {});
    const host = socket.remoteAddress;
    // Gone already: its address cannot be read any more.
    if (host === undefined) return void socket.destroy();
    const crowd = this.pending.crowd(host);
    if (crowd) {
      socket.destroy();
      return this.options.crowded(crowd, host);
    }
    const release = this.takePlace(socket, host);
    this.sockets.add(socket);
    socket.once('close', () => {
      release();
      this.sockets.delete(socket);
    });
    const { security } = this.options;
    if (security) this.sniff(security, socket, host, release);
    else this.options.connected(socket, host, release);
  }

  /** One time limit for all that comes before the admission, so that nobody keeps a place by being slow. */
  private takePlace(socket: Socket, host: string): () => void {
    const { clock, timeoutMs } = this.options;
    const leave = this.pending.add(host, socket);
    const deadline = clock.setTimeout(() => {
      socket.destroy();
      this.options.late(host);
    }, timeoutMs);
    return () => {
      clock.clearTimeout(deadline);
      leave();
    };
  }

  /** Looks at the first bytes, so that a node that does not encrypt is told so instead of getting a TLS error. */
  private sniff(security: LinkSecurity, socket: Socket, host: string, release: () => void): void {
    socket.once('data', (first: Buffer) => {
      const [type] = first;
      if (type === TLS_HANDSHAKE_RECORD) {
        socket.pause();
        socket.unshift(first);
        this.beginTls(security, socket, release);
      } else if (type === FRAME_LENGTH) {
        const { here, there } = encryptionRequired(security.kind);
        this.options.refused(here, host);
        turnAway(socket, there, this.options.clock);
      } else {
        const stranger = recogniseStranger(Buffer.concat([first, Buffer.alloc(4)]).readUInt32BE(0));
        this.options.refused(stranger, host);
        socket.destroy();
      }
    });
  }

  private beginTls(security: LinkSecurity, socket: Socket, release: () => void): void {
    const remote = remoteOf(socket);
    const current = security.serverOptions();
    if (current !== this.tlsOptions) this.tls!.setSecureContext(current);
    this.tlsOptions = current;
    this.inTls.set(remote, release);
    socket.once('close', () => this.inTls.delete(remote));
    this.tls!.emit('connection', socket);
  }

  private createTls(security: LinkSecurity): TlsServer {
    this.tlsOptions = security.serverOptions();
    const tls = createTlsServer(this.tlsOptions);
    tls.on('secureConnection', (socket) => {
      // Between here and the session's own listeners, and after them.
      socket.on('error', () => {});
      const host = socket.remoteAddress;
      const release = this.inTls.get(remoteOf(socket));
      if (host === undefined || !release) return void socket.destroy();
      const objection = security.objection(socket, 'server');
      if (!objection) return this.options.connected(socket, host, release);
      this.options.refused(objection, host);
      turnAway(socket, objection, this.options.clock);
    });
    tls.on('tlsClientError', (error, socket) => {
      const refusal = security.explain(error, socket);
      if (refusal) this.options.refused(refusal, socket.remoteAddress ?? 'an unknown host');
      socket.destroy();
    });
    return tls;
  }
}

function remoteOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return formatHostPort(remoteAddress, remotePort);
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): ClusterStartError {
  const hints: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken; set CLUSTER_PORT to a free one (Erlang's epmd also uses 4369)`,
    EACCES: `port ${port} may not be used by this user; set CLUSTER_PORT to one above 1023`,
    EADDRNOTAVAIL: `"${host}" is not an address of this machine; set CLUSTER_HOST to one that is, or to 0.0.0.0`,
  };
  const hint = hints[error.code ?? ''] ?? error.message;
  return new ClusterStartError(
    `cannot listen on ${formatHostPort(host, port)}: ${hint}`,
    { host, port, errno: error.code },
    { cause: error },
  );
}
