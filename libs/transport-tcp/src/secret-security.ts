import type { ConnectionOptions, TlsOptions, TLSSocket } from 'node:tls';
import { parseSecretFile, type Clock, type Logger, type Refusal } from '@noex/contracts';
import { FileWatcher } from './file-watcher.js';
import { deriveKey, type PresharedKey } from './key.js';
import type { LinkSecurity } from './link-security.js';
import { protectionProblem, type Protection } from './protection.js';
import { CERTIFICATE_FOR_KEY, explainTlsError, NO_KEY_OFFERED } from './tls-errors.js';
import { clientKeyOptions, provedKey, serverKeyOptions } from './tls-options.js';

type Secrets = Extract<Protection, { kind: 'secrets' }>;

/** Links with pre-shared keys: all are accepted, the first one dials, and the others where it is refused. */
export class SecretSecurity implements LinkSecurity {
  readonly kind = 'secret';
  private keys: readonly PresharedKey[] = [];
  private readonly watcher: FileWatcher | undefined;
  /** Inbound links that offered a key of whatever name. */
  private readonly offered = new WeakSet<TLSSocket>();
  private readonly server = serverKeyOptions((identity, socket) => {
    this.offered.add(socket);
    return this.keys.find(({ id }) => id === identity);
  });

  constructor(
    private readonly secrets: Secrets,
    private readonly env: { readonly clock: Clock; readonly logger: Logger; readonly exposed: boolean },
  ) {
    const { file } = secrets;
    if (!file) return;
    this.watcher = new FileWatcher({
      paths: [file.path],
      contents: [file.text],
      clock: env.clock,
      examine: ([text]) => this.examine(parseSecretFile(text!)),
      invalid: (problem) =>
        env.logger.warn(`the secret file cannot be used, the secrets stay as they are: ${problem}`, {
          event: 'secret_file_invalid',
        }),
    });
  }

  async start(): Promise<void> {
    this.keys = await deriveKeys(this.secrets.secrets);
    this.watcher?.start();
  }

  stop(): void {
    this.watcher?.stop();
  }

  serverOptions(): TlsOptions {
    return this.server;
  }

  clientOptions(): readonly ConnectionOptions[] {
    return this.keys.map(clientKeyOptions);
  }

  objection(socket: TLSSocket, side: 'server' | 'client'): Refusal | undefined {
    // Nobody gets through to a server without a key: it has nothing else to shake hands with.
    return side === 'server' || provedKey(socket) ? undefined : CERTIFICATE_FOR_KEY;
  }

  explain(error: Error, socket?: TLSSocket): Refusal | undefined {
    const refusal = explainTlsError(error, 'secret');
    return refusal && socket && !this.offered.has(socket) ? NO_KEY_OFFERED : refusal;
  }

  private async examine(secrets: readonly string[]): Promise<string | (() => void)> {
    const { exposed, logger } = this.env;
    const problem =
      secrets.length === 0 ? 'it is empty' : protectionProblem({ kind: 'secrets', secrets }, exposed);
    if (problem !== undefined) return problem;
    const keys = await deriveKeys(secrets);
    return () => {
      this.keys = keys;
      logger.info(`${keys.length} secrets are accepted from now on, the first one dials`, {
        event: 'secrets_reloaded',
        count: keys.length,
      });
    };
  }
}

function deriveKeys(secrets: readonly string[]): Promise<PresharedKey[]> {
  return Promise.all(secrets.map((secret) => deriveKey(secret)));
}
