import { readFileSync } from 'node:fs';
import {
  AuthorizationError,
  credsAuthenticator,
  nkeyAuthenticator,
  UserAuthenticationExpiredError,
  type Authenticator,
} from '@nats-io/transport-node';
import { ClusterStartError } from '@noex/contracts';

/** The files that say who this node is to a server. */
export interface CredentialFiles {
  readonly credsFile?: string;
  readonly nkeySeedFile?: string;
}

/**
 * Reads its file each time a server asks, so that renewed credentials are used. `undefined` where there is no file.
 * @throws ClusterStartError where the file cannot be used now; the authenticator does so too.
 */
export function fileAuthenticator({ credsFile, nkeySeedFile }: CredentialFiles): Authenticator | undefined {
  const authenticator = authenticatorOf(credsFile, nkeySeedFile);
  // A file that cannot be used shows before a server is asked.
  authenticator?.('');
  return authenticator;
}

/** Whether the server does not take this node's user, which another server of the cluster would not do either. */
export function isRejection(error: unknown): boolean {
  return error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError;
}

/** What a person can do about a rejection. The server does not say what it minds. */
export function rejectionAdvice({ credsFile, nkeySeedFile }: CredentialFiles): string {
  if (credsFile !== undefined) {
    const expiredMs = expiryMs(credsFile);
    if (expiredMs !== undefined && expiredMs <= Date.now()) {
      return `the JWT in NATS_CREDS_FILE (credsFile) expired at ${new Date(expiredMs).toISOString()}; put a new one there`;
    }
    return 'look whether the user of NATS_CREDS_FILE (credsFile) was revoked or belongs to another operator';
  }
  if (nkeySeedFile !== undefined)
    return 'look whether the server knows the public key of NATS_NKEY_SEED_FILE (nkeySeedFile)';
  return 'set NATS_URL with the user and password, or the token, that the server expects';
}

function authenticatorOf(credsFile?: string, nkeySeedFile?: string): Authenticator | undefined {
  if (credsFile !== undefined) {
    const authenticate = credsAuthenticator(() => readFileSync(credsFile));
    return usable(authenticate, 'NATS_CREDS_FILE (credsFile)', 'a JWT and its seed, as nsc writes them');
  }
  if (nkeySeedFile === undefined) return undefined;
  const authenticate = nkeyAuthenticator(() => Buffer.from(readFileSync(nkeySeedFile, 'utf8').trim()));
  return usable(
    authenticate,
    'NATS_NKEY_SEED_FILE (nkeySeedFile)',
    'the seed of an nkey, which begins with SU',
  );
}

function usable(authenticate: Authenticator, name: string, content: string): Authenticator {
  return (nonce) => {
    try {
      return authenticate(nonce);
    } catch (error) {
      // Without the path, in whose place people put the secret itself, and without the cause, which has it.
      const { code } = error as NodeJS.ErrnoException;
      const what =
        typeof code === 'string' && /^E[A-Z]+$/.test(code)
          ? `cannot be read (${code})`
          : `holds no credentials`;
      throw new ClusterStartError(`${name} ${what}; it must be a file with ${content}`);
    }
  };
}

/** Until when the JWT of the file is valid, in ms since 1970; `undefined`: for good, or nobody knows. */
function expiryMs(credsFile: string): number | undefined {
  try {
    const [, claims = ''] = /(?:[\w-]+)\.([\w-]+)\.(?:[\w-]+)/.exec(readFileSync(credsFile, 'utf8')) ?? [];
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' && exp > 0 ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
