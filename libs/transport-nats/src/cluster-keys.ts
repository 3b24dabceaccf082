import { readFile } from 'node:fs/promises';
import { parseSecretFile, type Clock, type Logger, type TimerHandle } from '@noex/contracts';
import { deriveKey, OPEN_KEY, type ClusterKey } from './keyring.js';
import { secretProblem } from './secrets.js';

/** How often the file is read; what it holds must be found twice before it counts, for files are not always replaced in one step. */
export const RELOAD_MS = 2_000;
export const SETTLE_MS = 200;

export interface ClusterKeysOptions {
  readonly secrets: readonly string[];
  /** Where they came from, if they are to be read again. */
  readonly secretFile: string | undefined;
  readonly exposed: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The keys of the secrets that are accepted now. */
export class ClusterKeys {
  private keys: readonly ClusterKey[] = [OPEN_KEY];
  private used: string;
  private found: string;
  private trouble: string | undefined;
  private timer: TimerHandle | undefined;
  private isStopped = false;

  constructor(private readonly options: ClusterKeysOptions) {
    this.used = this.found = JSON.stringify(options.secrets);
  }

  /** The preferred one first; never empty. */
  current(): readonly ClusterKey[] {
    return this.keys;
  }

  async start(): Promise<void> {
    const { secrets, secretFile } = this.options;
    if (secrets.length > 0) this.keys = await Promise.all(secrets.map(deriveKey));
    if (secretFile !== undefined) this.schedule(secretFile, RELOAD_MS);
  }

  stop(): void {
    this.isStopped = true;
    this.options.clock.clearTimeout(this.timer);
  }

  private schedule(path: string, delayMs: number): void {
    if (this.isStopped) return;
    this.timer = this.options.clock.setTimeout(() => void this.look(path), delayMs);
  }

  private async look(path: string): Promise<void> {
    let secrets: string[] = [];
    let problem: string | undefined;
    try {
      secrets = parseSecretFile(await readFile(path, 'utf8'));
      problem = secrets.length === 0 ? 'it is empty' : secretProblem(secrets, this.options.exposed);
    } catch (error) {
      problem = `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`;
    }
    const found = problem ?? JSON.stringify(secrets);
    const isSettled = found === this.found;
    this.found = found;
    if (isSettled) await this.consider(found, secrets, problem);
    this.schedule(path, isSettled ? RELOAD_MS : SETTLE_MS);
  }

  private async consider(
    found: string,
    secrets: readonly string[],
    problem: string | undefined,
  ): Promise<void> {
    const { logger } = this.options;
    if (problem !== undefined && problem !== this.trouble) {
      logger.warn(`the secret file cannot be used, the secrets stay as they are: ${problem}`, {
        event: 'secret_file_invalid',
      });
    }
    this.trouble = problem;
    if (problem !== undefined || found === this.used) return;
    const keys = await Promise.all(secrets.map(deriveKey));
    if (this.isStopped) return;
    this.keys = keys;
    this.used = found;
    logger.info(`${keys.length} secrets are accepted from now on, the first one is preferred`, {
      event: 'secrets_reloaded',
      count: keys.length,
    });
  }
}
