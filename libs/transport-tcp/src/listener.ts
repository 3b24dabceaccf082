import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { ClusterStartError, type Clock, type Refusal } from '@noex/contracts';
import { formatHostPort } from './address.js';
import type { PresharedKey } from './key.js';
import { explainTlsError } from './tls-errors.js';
import { serverTlsOptions } from './tls-options.js';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Empty: connections are not encrypted. */
  readonly keys: readonly PresharedKey[];
  readonly timeoutMs: number;
  readonly maxPending: number;
  readonly clock: Clock;
  /**
   * A connection that may exchange frames. `unencrypted`: it came without TLS although there are keys, so all it may get is a
   * refusal. `release` is called when its handshake is over.
   */
  connected(socket: Socket, remote: string, unencrypted: boolean, release: () => void): void;
  /** A connection that failed before it could exchange frames; `host` is where it came from. */
  refused(refusal: Refusal, host: string): void;
  troubled(error: Error): void;
  /** There were `maxPending` already. */
  crowded(host: string): void;
}

const TLS_HANDSHAKE_RECORD = 0x16;

/** Accepts connections and takes them through TLS when there are keys. */
export class Listener {
  private readonly server: Server;
  private readonly tls: TlsServer | undefined;
  /** Connections that are not admitted yet, by "host:port" of the other side. */
  private readonly pending = new Map<string, Socket>();
  private readonly sockets = new Set<Socket>();

  constructor(private readonly options: ListenerOptions) {
    this.server = createServer((socket) => this.accept(socket));
    if (options.keys.length > 0) this.tls = this.createTls();
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
    for (const socket of this.pending.values()) socket.destroy();
  }

  /** Drops every connection that is left. Resolves when the port is free. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    const host = socket.remoteAddress;
    // Gone already: its address cannot be read any more.
    if (host === undefined) return void socket.destroy();
    if (this.pending.size >= this.options.maxPending) {
      socket.destroy();
      return this.options.crowded(host);
    }
    const remote = formatHostPort(host, socket.remotePort ?? 0);
    const release = () => {
      if (this.pending.get(remote) === socket) this.pending.delete(remote);
    };
    this.pending.set(remote, socket);
    this.sockets.add(socket);
    socket.once('close', () => {
      release();
      this.sockets.delete(socket);
    });
    // A socket without a listener for errors would end the process.
    socket.on('error', () => {});
    if (this.tls) this.sniff(this.tls, socket, remote, release);
    else this.options.connected(socket, remote, false, release);
  }

  /** Looks at the first byte, so that a node without a secret is told so instead of getting a TLS error. */
  private sniff(tls: TlsServer, socket: Socket, remote: string, release: () => void): void {
    const { clock, timeoutMs } = this.options;
    const timer = clock.setTimeout(() => socket.destroy(), timeoutMs);
    socket.once('close', () => clock.clearTimeout(timer));
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE_RECORD) {
        this.secured.set(remote, () => clock.clearTimeout(timer));
        socket.once('close', () => this.secured.delete(remote));
        tls.emit('connection', socket);
      } else {
        clock.clearTimeout(timer);
        this.options.connected(socket, remote, true, release);
      }
    });
  }

  /** What to do when TLS is established, by "host:port" of the other side: node:tls does not say which socket it wrapped. */
  private readonly secured = new Map<string, () => void>();

  private createTls(): TlsServer {
    const tls = createTlsServer(serverTlsOptions(this.options.keys));
    tls.on('secureConnection', (socket) => {
      // Between here and the session's own listeners, and after them.
      socket.on('error', () => {});
      const remote = formatHostPort(socket.remoteAddress ?? '', socket.remotePort ?? 0);
      const raw = this.pending.get(remote);
      if (!raw) return void socket.destroy();
      this.secured.get(remote)?.();
      this.options.connected(socket, remote, false, () => {
        if (this.pending.get(remote) === raw) this.pending.delete(remote);
      });
    });
    tls.on('tlsClientError', (error, socket) => {
      const host = socket.remoteAddress ?? 'an unknown host';
      const refusal = explainTlsError(error);
      if (refusal) this.options.refused(refusal, host);
      socket.destroy();
    });
    return tls;
  }
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
