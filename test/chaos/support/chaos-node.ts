import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(__dirname, '../node/main.mjs');
/** For an answer of a node that runs; starting one takes a while on a busy machine. */
const PATIENCE_MS = 60_000;

export interface NodeSettings {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly seeds: readonly string[];
  readonly secret: string;
  /** Of histories and logs. */
  readonly directory: string;
}

export interface LoadOptions {
  /** `all`: with ends, crashes, failing and slow handlers, short timeouts. `plain`: nothing that fails by itself. Default `all`. */
  readonly mix?: 'all' | 'plain';
  /** Default 25. */
  readonly everyMs?: number;
  /** Workers that each node keeps on its peers. Default 8. */
  readonly workers?: number;
  /** Calls are tried again after an error that says they did not run. Default false. */
  readonly retry?: boolean;
}

/** What became of a node's calls, by error and outcome where they failed. */
export interface LoadReport {
  readonly ok: number;
  readonly retried: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly gaveUp: number;
  readonly spawnsFailed: Readonly<Record<string, number>>;
}

export interface Departure {
  readonly ledger: { readonly callsLost: number; readonly processesKilled: number };
  readonly report: LoadReport;
}

export interface Life {
  readonly id: string;
  readonly incarnation: number;
}

type News =
  | { readonly news: 'started'; readonly incarnation: number }
  | { readonly news: 'peers'; readonly peers: readonly Life[] }
  | ({ readonly news: 'left' } & Departure)
  | { readonly news?: undefined; readonly id: number; readonly result?: unknown; readonly error?: string };

/** One life of a node: an OS process in the namespace of its host. */
export class ChaosNode {
  peers: readonly Life[] = [];
  incarnation = 0;
  departure: Departure | undefined;
  readonly exited: Promise<void>;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: Error): void }
  >();
  private orders = 0;
  private dead = false;
  private toldToEnd = false;

  constructor(
    readonly settings: NodeSettings,
    namespace: string,
    /** Something about it changed. */
    private readonly changed: () => void,
  ) {
    const output = openSync(join(settings.directory, `${settings.name}.out`), 'a');
    // `ip` becomes the node, so signals reach it.
    this.child = spawn('ip', ['netns', 'exec', namespace, process.execPath, MAIN], {
      env: { PATH: process.env.PATH, CHAOS_NODE: JSON.stringify(settings) },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.child.on('message', (news: News) => this.hear(news));
    // An order to a node that is about to end finds its channel closed; its caller hears of the end.
    this.child.on('error', () => {});
    this.exited = once(this.child, 'exit').then(() => this.end());
  }

  get name(): string {
    return this.settings.name;
  }

  get alive(): boolean {
    return !this.dead;
  }

  /** It ended, and nobody had told it to. */
  get crashed(): boolean {
    return this.dead && !this.toldToEnd;
  }

  get started(): boolean {
    return this.incarnation > 0;
  }

  private hear(news: News): void {
    if (news.news === 'started') this.incarnation = news.incarnation;
    else if (news.news === 'peers') this.peers = news.peers;
    else if (news.news === 'left') this.departure = news;
    else this.answer(news);
    this.changed();
  }

  private answer({ id, result, error }: { id: number; result?: unknown; error?: string }): void {
    const order = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) order?.resolve(result);
    else order?.reject(new Error(`${this.name}: ${error}`));
  }

  private end(): void {
    this.dead = true;
    for (const { reject } of this.waiting.values()) reject(new Error(`${this.name} ended`));
    this.waiting.clear();
    this.changed();
  }

  private order<T>(order: string, options?: object): Promise<T> {
    const id = ++this.orders;
    const timer = setTimeout(
      () => this.answer({ id, error: `no answer to "${order}" in ${PATIENCE_MS} ms` }),
      PATIENCE_MS,
    );
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.child.send({ id, order, options });
    }).finally(() => clearTimeout(timer));
  }

  load(options: LoadOptions = {}): Promise<void> {
    return this.order('load', options);
  }

  /** No new work, and what is under way has ended. */
  stopLoad(): Promise<void> {
    return this.order('stopLoad');
  }

  report(): Promise<LoadReport> {
    return this.order('report');
  }

  /** Ends all workers it started; resolves with those that are not known to be gone in time. */
  windDown(withinMs: number): Promise<string[]> {
    return this.order('windDown', { withinMs });
  }

  /** Writes its final view; resolves with the workers it has. */
  view(): Promise<string[]> {
    return this.order('view');
  }

  aim(peer: string): Promise<boolean> {
    return this.order('aim', { peer });
  }

  blast(options: { forMs: number; bytes: number }): Promise<BlastReport> {
    return this.order('blast', options);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    this.toldToEnd = true;
    if (!this.dead) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Leaves in order; resolves when it is gone. */
  async leave(): Promise<Departure> {
    this.toldToEnd = true;
    this.child.kill('SIGTERM');
    await this.exited;
    if (!this.departure) throw new Error(`${this.name} ended on SIGTERM without leaving`);
    return this.departure;
  }
}

export interface BlastReport {
  /** Casts. */
  readonly taken: number;
  readonly refused: number;
  /** Calls. */
  readonly answered: number;
  readonly overloaded: number;
  readonly slowestOverloadMs: number;
  readonly otherErrors: Readonly<Record<string, number>>;
  /** In bytes. */
  readonly rssBefore: number;
  readonly rssMax: number;
  /** In MiB, every 100 ms. */
  readonly samples: readonly number[];
}
