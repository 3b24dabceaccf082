import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface LogLine {
  readonly msg?: string;
  readonly event?: string;
  readonly [key: string]: unknown;
}

const MAIN = join(__dirname, '../../apps/worker/dist/main.js');
const PATIENCE_MS = 20_000;

export const SECRET = 'a-secret-of-enough-bytes';

/** What carries the frames of the nodes: the mesh, unless `CLUSTER_TRANSPORT=nats` and `NATS_URL` are set for the tests. */
export const OVER_NATS = process.env.CLUSTER_TRANSPORT === 'nats';
const TRANSPORT: Record<string, string> = OVER_NATS
  ? { CLUSTER_TRANSPORT: 'nats', NATS_URL: process.env.NATS_URL ?? '' }
  : {};

/** One worker app in an OS process of its own. */
export class WorkerNode {
  readonly lines: LogLine[] = [];
  /** What it wrote that is not a log line, stderr included. */
  output = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly watchers = new Set<() => void>();
  private ended = false;

  constructor(
    readonly name: string,
    env: Record<string, string>,
  ) {
    this.child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env.PATH,
        NODE_NAME: name,
        CLUSTER_HOST: '127.0.0.1',
        CLUSTER_PORT: '0',
        HTTP_PORT: '0',
        CLUSTER_SECRET: SECRET,
        NO_COLOR: '1',
        ...TRANSPORT,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'close').then(([code]) => {
      this.ended = true;
      this.notify();
      return code as number | null;
    });
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.take(line));
    this.child.stderr!.on('data', (data: Buffer) => (this.output += data.toString()));
  }

  private take(line: string): void {
    if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine);
    else this.output += `${line}\n`;
    this.notify();
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }

  /** The first log line that fits, written already or to come. Rejects after 20 s or when the process ends without it. */
  async logged(what: string, fits: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const line = this.lines.find(fits);
        if (!line && !this.ended) return;
        clearTimeout(timer);
        this.watchers.delete(look);
        if (line) resolve(line);
        else reject(new Error(`${this.name} ended before it logged ${what}:\n${this.dump()}`));
      };
      const timer = setTimeout(() => {
        this.watchers.delete(look);
        reject(new Error(`${this.name} did not log ${what}:\n${this.dump()}`));
      }, PATIENCE_MS);
      this.watchers.add(look);
      look();
    });
  }

  event(event: string, fields: Record<string, unknown> = {}): Promise<LogLine> {
    return this.logged(`${event} ${JSON.stringify(fields)}`, (line) => this.isEvent(line, event, fields));
  }

  count(event: string, fields: Record<string, unknown> = {}): number {
    return this.lines.filter((line) => this.isEvent(line, event, fields)).length;
  }

  private isEvent(line: LogLine, event: string, fields: Record<string, unknown>): boolean {
    return line.event === event && Object.entries(fields).every(([key, value]) => line[key] === value);
  }

  dump(): string {
    return `${this.lines.map((line) => JSON.stringify(line)).join('\n')}\n${this.output}`;
  }

  /** `host:port` its peers dial. */
  async address(): Promise<string> {
    return (await this.event('node_started')).address as string;
  }

  /** What another node needs to find this one: over NATS, nothing. */
  async asSeed(): Promise<Record<string, string>> {
    return OVER_NATS ? {} : { CLUSTER_SEEDS: await this.address() };
  }

  async url(path: string): Promise<string> {
    const { port } = await this.event('http_listening');
    return `http://127.0.0.1:${String(port)}${path}`;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(await this.url(path));
    if (!response.ok)
      throw new Error(`GET ${path} of ${this.name}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  /** The value of a metric without labels. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(await this.url('/metrics'))).text();
    const match = new RegExp(`^${name} (\\S+)$`, 'm').exec(page);
    if (!match) throw new Error(`${this.name} has no metric ${name}:\n${page}`);
    return Number(match[1]);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it, whatever its state; resolves when it is gone. */
  async destroy(): Promise<void> {
    if (!this.ended) this.child.kill('SIGKILL');
    await this.exited;
  }
}

/** Nodes that all name each other as seeds, up and connected. */
export async function startCluster(
  names: readonly string[],
  env: Record<string, string> = {},
): Promise<WorkerNode[]> {
  const ports = await freePorts(names.length);
  const seeds = names.map((name, i) => `${name}@127.0.0.1:${ports[i]}`).join(',');
  const nodes = names.map(
    (name, i) => new WorkerNode(name, { CLUSTER_PORT: String(ports[i]), CLUSTER_SEEDS: seeds, ...env }),
  );
  try {
    await Promise.all(
      nodes.flatMap((node) =>
        names.filter((name) => name !== node.name).map((peer) => node.event('node_up', { peer })),
      ),
    );
  } catch (error) {
    await Promise.all(nodes.map((node) => node.destroy()));
    throw error;
  }
  return nodes;
}

/** Ports of loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
