import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real nats-server on a free port of loopback, with JetStream. */
export class NatsServer {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'noex-nats-'));

  private constructor(
    readonly port: number,
    private readonly monitoringPort: number,
    private readonly args: string[],
    private readonly storage = ['-js'],
  ) {}

  static async start(...args: string[]): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), await freePort(), args);
    await server.start();
    return server;
  }

  static async withoutJetStream(): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), await freePort(), [], []);
    await server.start();
    return server;
  }

  /** With a configuration file of that text. */
  static async configured(text: string): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), await freePort(), []);
    server.configure(text);
    server.args.push('-c', server.configFile);
    await server.start();
    return server;
  }

  private get configFile(): string {
    return join(this.folder, 'server.conf');
  }

  /** Writes another configuration, which counts from the next start, or a SIGHUP, on. */
  configure(text: string): void {
    writeFileSync(this.configFile, text);
  }

  /** Has the running server take another configuration. Resolves when it has. */
  async reload(text: string): Promise<void> {
    this.configure(text);
    const { child } = this;
    const done = new Promise<void>((resolve, reject) => {
      child!.stderr!.on('data', (said: Buffer) => {
        if (said.includes('Reloaded server configuration')) resolve();
        else if (said.includes('Failed to reload')) reject(new Error(said.toString()));
      });
    });
    child!.kill('SIGHUP');
    await done;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child!.pid!;
  }

  /** Resolves when it takes connections. Again after `kill`: the same port, the same store. */
  async start(): Promise<void> {
    const child = spawn(
      'nats-server',
      [...this.listen(), ...this.storage, '-sd', this.folder, ...this.args],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.once('error', (error) =>
        reject(new Error(`nats-server cannot be started (${error.message}); apt-get install nats-server`)),
      );
      child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${said}`)));
      child.stderr!.on('data', (text: Buffer) => {
        said = (said + text.toString()).slice(-4_000);
        if (said.includes('Server is ready')) resolve();
      });
    });
  }

  /** How many subscriptions each client has. */
  async subscriptions(): Promise<number[]> {
    const { connections } = await this.monitor<{ connections: { subscriptions: number }[] }>('connz');
    return connections.map(({ subscriptions }) => subscriptions);
  }

  /** The most that it holds for one client now. */
  async pendingBytes(): Promise<number> {
    const { connections } = await this.monitor<{ connections: { pending_bytes: number }[] }>('connz');
    return Math.max(...connections.map(({ pending_bytes: bytes }) => bytes));
  }

  /** Clients that it has cut off because they did not keep up. */
  async slowConsumers(): Promise<number> {
    return (await this.monitor<{ slow_consumers: number }>('varz')).slow_consumers;
  }

  /** What clients have sent to it. */
  async traffic(): Promise<{ messages: number; bytes: number }> {
    const { in_msgs: messages, in_bytes: bytes } = await this.monitor<{ in_msgs: number; in_bytes: number }>(
      'varz',
    );
    return { messages, bytes };
  }

  private async monitor<T>(page: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.monitoringPort}/${page}`);
    return answer.json() as Promise<T>;
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  private listen(): string[] {
    return ['-a', '127.0.0.1', '-p', String(this.port), '-m', String(this.monitoringPort)];
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
