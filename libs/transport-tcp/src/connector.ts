import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '@noex/contracts';
import { parseHostPort } from './address.js';
import type { PresharedKey } from './key.js';
import { clientTlsOptions, refuseCertificate } from './tls-options.js';

/** Opens sockets to addresses, through TLS when there is a key. */
export class Connector {
  private readonly pending = new Set<Socket>();
  private isClosed = false;

  constructor(
    private readonly key: PresharedKey | undefined,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {}

  /** Resolves with a socket that may exchange frames. Rejects with the network's or TLS's error. */
  connect(address: string): Promise<Socket> {
    const target = parseHostPort(address);
    if (!target || this.isClosed) return Promise.reject(new Error(`"${address}" cannot be dialed`));
    return new Promise((resolve, reject) => {
      const socket = this.key ? connectTls({ ...target, ...clientTlsOptions(this.key) }) : connectTcp(target);
      this.pending.add(socket);
      const timer = this.clock.setTimeout(() => {
        socket.destroy(new Error(`no connection within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
      const settle = () => {
        this.pending.delete(socket);
        this.clock.clearTimeout(timer);
      };
      // Stays for the socket's life: one without a listener for errors would end the process.
      socket.on('error', reject);
      socket.once('close', () => {
        settle();
        reject(new Error('the connection was closed'));
      });
      socket.once(this.key ? 'secureConnect' : 'connect', () => {
        settle();
        const error = this.key ? refuseCertificate((socket as TLSSocket).getPeerCertificate()) : undefined;
        if (error) socket.destroy(error);
        else resolve(socket);
      });
    });
  }

  /** Drops what is being opened. */
  close(): void {
    this.isClosed = true;
    for (const socket of this.pending) socket.destroy();
  }
}
