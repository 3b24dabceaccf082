import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { Clock, Refusal } from '@noex/contracts';
import { parseHostPort, type HostPort } from './address.js';
import type { LinkSecurity } from './link-security.js';
import { turnAway } from './turn-away.js';

export type ConnectOutcome =
  /** A socket that may exchange frames. */
  | { readonly kind: 'connected'; readonly socket: Socket }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: Error };

/** Opens sockets to addresses, through TLS when links are protected. */
export class Connector {
  private readonly pending = new Set<Socket>();
  private isClosed = false;

  constructor(
    private readonly security: LinkSecurity | undefined,
    private readonly timeoutMs: number,
    private readonly clock: Clock,
  ) {}

  /** Never rejects. While secrets are rotated the other side may not hold the first one yet, or no longer: then the next one is tried. */
  async connect(address: string): Promise<ConnectOutcome> {
    const target = parseHostPort(address);
    if (!target) return { kind: 'failed', error: new Error(`"${address}" cannot be dialed`) };
    const { security } = this;
    if (!security) return this.open(connectTcp(target), 'connect', (socket) => connected(socket));
    let outcome: ConnectOutcome | undefined;
    for (const options of security.clientOptions()) {
      outcome = await this.secure(security, target, options);
      if (outcome.kind !== 'refused' || outcome.refusal.code !== 'wrong_secret') break;
    }
    return outcome!;
  }

  /** Drops what is being opened. */
  close(): void {
    this.isClosed = true;
    for (const socket of this.pending) socket.destroy();
  }

  private async secure(
    security: LinkSecurity,
    target: HostPort,
    options: ConnectionOptions,
  ): Promise<ConnectOutcome> {
    const dialed = connectTls({ ...target, ...options });
    const outcome = await this.open(dialed, 'secureConnect', (socket) => {
      const refusal = security.objection(socket, 'client');
      if (!refusal) return connected(socket);
      turnAway(socket, refusal, this.clock);
      return { kind: 'refused', refusal };
    });
    const refusal = outcome.kind === 'failed' ? security.explain(outcome.error) : undefined;
    return refusal ? { kind: 'refused', refusal } : outcome;
  }

  private open<S extends Socket | TLSSocket>(
    socket: S,
    opened: 'connect' | 'secureConnect',
    judge: (socket: S) => ConnectOutcome,
  ): Promise<ConnectOutcome> {
    return new Promise((resolve) => {
      const fail = (error: Error) => resolve({ kind: 'failed', error });
      this.pending.add(socket);
      const timer = this.clock.setTimeout(() => {
        socket.destroy(new Error(`no connection within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
      // Stays for the socket's life: one without a listener for errors would end the process.
      socket.on('error', fail);
      socket.once('close', () => {
        this.pending.delete(socket);
        this.clock.clearTimeout(timer);
        fail(new Error('the connection was closed'));
      });
      socket.once(opened, () => {
        this.clock.clearTimeout(timer);
        const outcome = judge(socket);
        // One that is turned away stays ours until it is closed.
        if (outcome.kind === 'connected') this.pending.delete(socket);
        resolve(outcome);
      });
      if (this.isClosed) socket.destroy();
    });
  }
}

function connected(socket: Socket): ConnectOutcome {
  return { kind: 'connected', socket };
}
