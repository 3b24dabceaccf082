import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface Script {
  /** What it says of itself. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** What it answers a CONNECT instead of taking the client, such as `Authorization Violation`. */
  rejection?: string;
  /** What it answers a SUB. */
  readonly subscriptionError?: (subject: string) => string;
}

/** A client that a server has taken. */
interface Client {
  readonly socket: Socket;
  /** Subjects by the number of the subscription. */
  readonly subscriptions: Map<string, string>;
  rest: Buffer;
}

/** Speaks the protocol of NATS with one client at a time, and does what a test says: what no real server does on demand. */
export class ScriptedServer {
  /** The first line of each message that came. */
  readonly lines: string[] = [];
  /** As JSON of the last CONNECT. */
  connected: Readonly<Record<string, unknown>> = {};
  /** Whether it still answers. */
  isSilent = false;
  private client: Client | undefined;
  private readonly waiting = new Set<() => void>();

  private constructor(
    private readonly server: Server,
    readonly script: Script,
  ) {}

  static async open(script: Script = {}, port = 0): Promise<ScriptedServer> {
    const scripted: ScriptedServer = new ScriptedServer(
      createServer((socket) => scripted.accept(socket)),
      script,
    );
    await once(scripted.server.listen(port, '127.0.0.1'), 'listening');
    return scripted;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get subjects(): string[] {
    return [...(this.client?.subscriptions.values() ?? [])];
  }

  /** Resolves once a line fits. */
  async got(pattern: RegExp, times = 1): Promise<void> {
    await this.until(() => this.lines.filter((line) => pattern.test(line)).length >= times);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  /** Delivers to the one subscription of that subject. */
  deliver(subscription: string, subject: string, body: string, head = ''): void {
    const [sid] = [...this.client!.subscriptions].find(([, of]) => of === subscription)!;
    const sizes = head === '' ? `${body.length}` : `${head.length} ${head.length + body.length}`;
    this.say(`${head === '' ? 'MSG' : 'HMSG'} ${subject} ${sid} ${sizes}\r\n${head}${body}`);
  }

  say(line: string): void {
    this.client!.socket.write(`${line}\r\n`);
  }

  /** Ends the connection of its client. */
  cut(): void {
    this.client?.socket.destroy();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  private accept(socket: Socket): void {
    const client: Client = { socket, subscriptions: new Map(), rest: Buffer.alloc(0) };
    this.client = client;
    const info = {
      server_id: 'S',
      proto: 1,
      version: '2.9.10',
      headers: true,
      max_payload: 2 ** 20,
      ...this.script.info,
    };
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.read(client, bytes));
    this.say(`INFO ${JSON.stringify(info)}`);
  }

  private read(client: Client, bytes: Buffer): void {
    client.rest = Buffer.concat([client.rest, bytes]);
    for (let end; (end = client.rest.indexOf('\r\n')) >= 0;) {
      const line = client.rest.toString('utf8', 0, end);
      const bodyBytes = /^H?PUB /.test(line) ? Number(line.split(' ').at(-1)) + 2 : 0;
      if (client.rest.length < end + 2 + bodyBytes) return;
      const body = client.rest.toString('utf8', end + 2, end + bodyBytes);
      client.rest = client.rest.subarray(end + 2 + bodyBytes);
      this.take(client, line, body);
    }
  }

  private take(client: Client, line: string, body: string): void {
    const [verb, subject = '', sid = ''] = line.split(' ');
    this.lines.push(body === '' ? line : `${line} ${body}`);
    if (!this.isSilent) {
      if (verb === 'CONNECT') this.greet(client, JSON.parse(line.slice(8)));
      else if (verb === 'PING') this.say('PONG');
      else if (verb === 'SUB') this.subscribe(client, subject, sid);
    }
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private greet({ socket }: Client, connected: Readonly<Record<string, unknown>>): void {
    this.connected = connected;
    if (this.script.rejection !== undefined) socket.end(`-ERR '${this.script.rejection}'\r\n`);
  }

  private subscribe(client: Client, subject: string, sid: string): void {
    client.subscriptions.set(sid, subject);
    const error = this.script.subscriptionError?.(subject);
    if (error !== undefined) this.say(`-ERR '${error}'`);
  }
}
