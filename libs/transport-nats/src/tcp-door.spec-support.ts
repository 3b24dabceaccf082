import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between clients and a server on loopback, and can lose what passes. */
export class TcpDoor {
  private readonly sockets = new Set<Socket>();
  private swallowing: 'answers' | 'requests' | undefined;
  private swallowedBytes = 0;
  private awaited: { readonly bytes: number; readonly resolve: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly to: number,
  ) {}

  static async open(to: number): Promise<TcpDoor> {
    const server = createServer();
    const door = new TcpDoor(server, to);
    server.on('connection', (client) => door.pass(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What the server says from now on gets lost, or what the clients say, until `cut`. */
  swallow(lost: 'answers' | 'requests' = 'answers'): void {
    this.swallowedBytes = 0;
    this.swallowing = lost;
  }

  /** Resolves when so much was lost. */
  swallowed(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.awaited = { bytes, resolve };
      this.look();
    });
  }

  /** Every connection ends; new ones may come. */
  cut(): void {
    this.swallowing = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  private pass(client: Socket): void {
    const server = connect(this.to, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        const isLost = this.swallowing === (from === client ? 'requests' : 'answers');
        if (!isLost) return void to.write(bytes);
        this.swallowedBytes += bytes.length;
        this.look();
      });
    }
  }

  private look(): void {
    if (!this.awaited || this.swallowedBytes < this.awaited.bytes) return;
    this.awaited.resolve();
    this.awaited = undefined;
  }
}
