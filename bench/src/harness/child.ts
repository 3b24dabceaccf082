import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const MAIN = new URL('./child-main.js', import.meta.url);

/** What a child answers: the result of one of its module's functions, or why there is none. */
export type Answer = { readonly id: number; readonly result?: unknown; readonly error?: string };

/** Starts child processes that all end with {@link Children.close}. */
export class Children {
  private readonly all = new Set<Child>();

  /** `nodeArguments`: for every child, such as `--cpu-prof`. */
  constructor(private readonly nodeArguments: readonly string[] = []) {}

  /** A process of its own with the module loaded; `nodeArguments` besides those for all. */
  async start(module: URL, nodeArguments: readonly string[] = []): Promise<Child> {
    const child = new Child(module, [...this.nodeArguments, ...nodeArguments]);
    this.all.add(child);
    await child.started;
    return child;
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map((child) => child.end()));
    this.all.clear();
  }
}

/** Another OS process in which one module runs; its exported functions can be called from here. */
export class Child {
  readonly started: Promise<void>;
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly name: string;
  private lastId = 0;
  private gone = false;

  constructor(module: URL, nodeArguments: readonly string[]) {
    this.name = module.pathname.split('/').at(-1)!;
    this.process = fork(MAIN, [module.href], {
      execArgv: ['--enable-source-maps', ...nodeArguments],
      // Not as text: a payload of some fields would arrive as another.
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.process.on('message', (answer: Answer) => this.answered(answer));
    this.process.on('exit', (code, signal) => this.lost(`ended with ${code ?? signal}`));
    this.started = new Promise((resolve, reject) => {
      this.waiting.set(0, ({ error }) => (error === undefined ? resolve() : reject(new Error(error))));
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Calls an exported function of the module there. Rejects with what it threw, or when the process ends. */
  ask<T>(name: string, ...parameters: unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.gone) return reject(new Error(`${this.name} is gone`));
      const id = ++this.lastId;
      this.waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as T);
        else reject(new Error(`${this.name} ${name}: ${error}`));
      });
      this.process.send({ id, name, parameters });
    });
  }

  /** CPU time that it has used, in microseconds. */
  cpuUs(): Promise<number> {
    return this.ask('$cpuUs');
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends by itself, so that a profile is written; killed where that takes long. */
  async end(): Promise<void> {
    if (this.gone) return;
    const ended = once(this.process, 'exit');
    const late = setTimeout(() => this.process.kill('SIGKILL'), 5_000);
    // One that was stopped does not hear of it otherwise.
    this.process.kill('SIGCONT');
    if (this.process.connected) this.process.disconnect();
    await ended;
    clearTimeout(late);
  }

  private answered(answer: Answer): void {
    const settle = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    settle?.(answer);
  }

  private lost(how: string): void {
    this.gone = true;
    for (const [id, settle] of this.waiting) settle({ id, error: how });
    this.waiting.clear();
  }
}
