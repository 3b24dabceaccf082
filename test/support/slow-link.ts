import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP link that lets only so many bytes a second pass towards its target, or none. The way back is free. */
export class SlowLink {
  private readonly sockets = new Set<Socket>();
  private held: (() => void)[] = [];
  private isHeld = false;

  private constructor(
    private readonly server: Server,
    private readonly bytesPerSecond: number,
  ) {}

  static async to(targetPort: number, bytesPerSecond: number): Promise<SlowLink> {
    const server = createServer();
    const link = new SlowLink(server, bytesPerSecond);
    server.on('connection', (socket) => link.join(socket, connect(targetPort, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Lets nothing pass until `release`. */
  hold(): void {
    this.isHeld = true;
  }

  release(): void {
    this.isHeld = false;
    for (const pass of this.held.splice(0)) pass();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(from: Socket, to: Socket): void {
    for (const socket of [from, to]) {
      this.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        from.destroy();
        to.destroy();
      });
    }
    to.pipe(from);
    from.on('data', (bytes: Buffer) => {
      from.pause();
      setTimeout(() => this.whenFree(() => to.write(bytes, () => from.resume())), this.msFor(bytes));
    });
  }

  private msFor({ length }: Buffer): number {
    return (length / this.bytesPerSecond) * 1_000;
  }

  private whenFree(pass: () => void): void {
    if (this.isHeld) this.held.push(pass);
    else pass();
  }
}
