import type { Socket } from 'node:net';

/** Why there is no place for one more connection. */
export type Crowd = 'pending_limit' | 'address_limit';

/** Inbound connections that are not admitted yet: a bounded number, and a smaller one for each address they come from. */
export class PendingConnections {
  private readonly sockets = new Set<Socket>();
  private readonly countByHost = new Map<string, number>();

  constructor(
    private readonly max: number,
    private readonly maxPerHost: number,
  ) {}

  /** What keeps another connection of that host out; its own crowd first, for which it alone is to blame. */
  crowd(host: string): Crowd | undefined {
    if ((this.countByHost.get(host) ?? 0) >= this.maxPerHost) return 'address_limit';
    return this.sockets.size >= this.max ? 'pending_limit' : undefined;
  }

  /** Takes a place; what is returned frees it, and nothing when called again. */
  add(host: string, socket: Socket): () => void {
    this.sockets.add(socket);
    this.countByHost.set(host, (this.countByHost.get(host) ?? 0) + 1);
    return () => {
      if (!this.sockets.delete(socket)) return;
      const left = this.countByHost.get(host)! - 1;
      if (left > 0) this.countByHost.set(host, left);
      else this.countByHost.delete(host);
    };
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
