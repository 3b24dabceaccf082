import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SWITCH = join(__dirname, '../switch.py');

export interface Link {
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** From 0 to 1. */
  readonly loss?: number;
  readonly cut?: boolean;
}

/** Hosts in network namespaces of their own around one switch, which does to each direction between two of them what it is told. */
export class Network {
  private answers: ((line: string) => void)[] = [];

  private constructor(
    readonly hosts: readonly string[],
    private readonly prefix: string,
    private readonly process: ChildProcess,
  ) {
    createInterface({ input: process.stdout! }).on('line', (line) => this.answers.shift()?.(line));
  }

  /** `CHAOS_PREFIX` is what the names of this run's namespaces begin with; see run.mjs. */
  static async start(hosts: readonly string[]): Promise<Network> {
    const prefix = process.env.CHAOS_PREFIX;
    if (!prefix)
      throw new Error('start the chaos suite with `npm run test:chaos`, which clears up behind it');
    for (const host of hosts) execFileSync('ip', ['netns', 'add', prefix + host]);
    const ports = hosts.map((host, i) => `${prefix}${host}=${addressAt(i)}`);
    const child = spawn('python3', [SWITCH, ...ports], { stdio: ['pipe', 'pipe', 'inherit'] });
    const network = new Network(hosts, prefix, child);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the switch ended with ${String(code)}`);
    });
    ended.catch(() => {});
    await Promise.race([new Promise<string>((resolve) => network.answers.push(resolve)), ended]);
    return network;
  }

  namespace(host: string): string {
    return this.prefix + host;
  }

  address(host: string): string {
    const index = this.hosts.indexOf(host);
    if (index < 0) throw new Error(`there is no host "${host}"`);
    return addressAt(index);
  }

  /** One direction; `*` is everybody. What is not named is as on a perfect network. */
  async link(
    from: string,
    to: string,
    { delayMs = 0, jitterMs = 0, loss = 0, cut = false }: Link,
  ): Promise<void> {
    const ends = [from, to].map((host) => (host === '*' ? '*' : this.address(host)));
    await this.order(`link ${ends.join(' ')} ${delayMs} ${jitterMs} ${loss} ${cut ? 1 : 0}`);
  }

  /** Cuts every path between the two groups. */
  async partition(these: readonly string[], those: readonly string[]): Promise<void> {
    for (const a of these) for (const b of those) await this.cut(a, b);
  }

  /** Both ways. */
  async cut(a: string, b: string): Promise<void> {
    await this.link(a, b, { cut: true });
    await this.link(b, a, { cut: true });
  }

  async heal(): Promise<void> {
    await this.link('*', '*', {});
  }

  /** Packets so far. */
  async counts(): Promise<{ forwarded: number; lost: number; cut: number }> {
    const words = (await this.order('counts')).split(' ');
    return { forwarded: Number(words[1]), lost: Number(words[3]), cut: Number(words[5]) };
  }

  private order(line: string): Promise<string> {
    return new Promise((resolve) => {
      this.answers.push(resolve);
      this.process.stdin!.write(`${line}\n`);
    });
  }

  /** Ends the switch and removes the namespaces; what runs in them must have ended. */
  async close(): Promise<void> {
    const ended = this.process.exitCode === null ? once(this.process, 'exit') : undefined;
    this.process.stdin!.end();
    await ended;
    for (const host of this.hosts) execFileSync('ip', ['netns', 'delete', this.namespace(host)]);
  }
}

/** Nobody routes to it: the namespaces have no way out. */
const addressAt = (index: number): string => `10.99.0.${index + 1}`;
