import type { Clock, Logger } from '@noex/contracts';
import { CertificateSecurity } from './certificate-security.js';
import type { LinkSecurity } from './link-security.js';
import type { Protection } from './protection.js';
import { SecretSecurity } from './secret-security.js';

/** `undefined`: links are not encrypted. `exposed`: the node listens beyond loopback, where short secrets are refused. */
export function createLinkSecurity(
  protection: Protection,
  env: { readonly clock: Clock; readonly logger: Logger; readonly exposed: boolean },
): LinkSecurity | undefined {
  switch (protection.kind) {
    case 'none':
      return undefined;
    case 'secrets':
      return new SecretSecurity(protection, env);
    case 'certificates':
      return new CertificateSecurity(protection, env);
  }
}
