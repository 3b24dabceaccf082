import { readFile } from 'node:fs/promises';
import type { Clock, TimerHandle } from '@noex/contracts';

/**
 * How often files are read. Reading them is what also works where nothing tells of a change: a Kubernetes volume changes by a link
 * above the file, a network file system on another machine.
 */
export const RELOAD_MS = 2_000;
/** What was found must be found again after so long before it counts: files are not always replaced in one step. */
export const SETTLE_MS = 200;

export interface FileWatcherOptions {
  readonly paths: readonly string[];
  /** What they held when they were last read. */
  readonly contents: readonly string[];
  readonly clock: Clock;
  /** Examines new contents: what is wrong with them, or what puts them to use. */
  examine(contents: readonly string[]): Promise<string | (() => void)>;
  /** They cannot be read or used, and the old ones stay in use. Called once while the trouble stays the same. */
  invalid(problem: string): void;
}

/** Notices when files that belong together hold something else. */
export class FileWatcher {
  /** What is in use, and what the last look found. */
  private used: string;
  private found: string;
  private trouble: string | undefined;
  private timer: TimerHandle | undefined;
  private isStopped = false;

  constructor(private readonly options: FileWatcherOptions) {
    this.used = this.found = JSON.stringify(options.contents);
  }

  start(): void {
    this.schedule(RELOAD_MS);
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
  }

  private schedule(delayMs: number): void {
    if (!this.isStopped) this.timer = this.options.clock.setTimeout(() => void this.look(), delayMs);
  }

  private async look(): Promise<void> {
    const contents = await this.read();
    const found = JSON.stringify(contents);
    const isSettled = found === this.found;
    this.found = found;
    if (isSettled) await this.consider(contents);
    this.schedule(isSettled ? RELOAD_MS : SETTLE_MS);
  }

  /** The contents, or why there are none: without the path, in whose place people put the secret itself. */
  private async read(): Promise<readonly string[] | string> {
    try {
      return await Promise.all(this.options.paths.map((path) => readFile(path, 'utf8')));
    } catch (error) {
      return `a file cannot be read (${codeOf(error)})`;
    }
  }

  /** Looks at refused contents again as well: a certificate may become valid by waiting. */
  private async consider(contents: readonly string[] | string): Promise<void> {
    const isUsed = this.found === this.used;
    const outcome = isUsed || typeof contents === 'string' ? contents : await this.examine(contents);
    if (this.isStopped) return;
    if (typeof outcome === 'string' && outcome !== this.trouble) this.options.invalid(outcome);
    this.trouble = typeof outcome === 'string' ? outcome : undefined;
    if (typeof outcome !== 'function') return;
    this.used = this.found;
    outcome();
  }

  private async examine(contents: readonly string[]): Promise<string | (() => void)> {
    try {
      return await this.options.examine(contents);
    } catch (error) {
      return `a file cannot be used (${codeOf(error)})`;
    }
  }
}

/** Not the error's message, which may quote what was read. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
