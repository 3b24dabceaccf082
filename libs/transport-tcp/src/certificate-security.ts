import type { ConnectionOptions, TlsOptions, TLSSocket } from 'node:tls';
import type { Clock, Logger, Refusal } from '@noex/contracts';
import { FileWatcher } from './file-watcher.js';
import type { LinkSecurity } from './link-security.js';
import type { Protection } from './protection.js';
import { explainCertificate, explainTlsError } from './tls-errors.js';
import { examineTlsMaterial, TLS_FILE_NAMES, type TlsMaterial } from './tls-files.js';
import { clientCertificateOptions, serverCertificateOptions } from './tls-options.js';

/** Links on which both sides show a certificate of the cluster's own CA. */
export class CertificateSecurity implements LinkSecurity {
  readonly kind = 'certificate';
  private server!: TlsOptions;
  private client!: ConnectionOptions;
  private readonly watcher: FileWatcher;

  constructor(
    { files, material }: Extract<Protection, { kind: 'certificates' }>,
    private readonly env: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.use(material);
    this.watcher = new FileWatcher({
      paths: TLS_FILE_NAMES.map((name) => files[name]),
      contents: [material.cert, material.key, material.ca],
      clock: env.clock,
      examine: async ([cert, key, ca]) => this.examine({ cert: cert!, key: key!, ca: ca! }),
      invalid: (problem) =>
        env.logger.warn(`the TLS files cannot be used, the old certificate stays in use: ${problem}`, {
          event: 'tls_file_invalid',
        }),
    });
  }

  async start(): Promise<void> {
    this.watcher.start();
  }

  stop(): void {
    this.watcher.stop();
  }

  serverOptions(): TlsOptions {
    return this.server;
  }

  clientOptions(): readonly ConnectionOptions[] {
    return [this.client];
  }

  objection(socket: TLSSocket): Refusal | undefined {
    if (socket.authorized) return undefined;
    // Typed as an error, but it is the code.
    return explainCertificate(String(socket.authorizationError), socket.getPeerCertificate() ?? {});
  }

  explain(error: Error): Refusal | undefined {
    return explainTlsError(error, 'certificate');
  }

  private examine(material: TlsMaterial): string | (() => void) {
    const problems = examineTlsMaterial(material, new Date());
    if (problems.length > 0) {
      return problems.map(({ file, expected }) => `${file}: expected ${expected}`).join('; ');
    }
    return () => {
      this.use(material);
      this.env.logger.info('the new certificate is used from now on; connections that are up stay', {
        event: 'tls_files_reloaded',
      });
    };
  }

  private use(material: TlsMaterial): void {
    this.server = serverCertificateOptions(material);
    this.client = clientCertificateOptions(material);
  }
}
