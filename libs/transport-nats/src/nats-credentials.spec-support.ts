import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';

type Keys = ReturnType<typeof nkeys.createUser>;

const UNLIMITED = { subs: -1, data: -1, payload: -1 };
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface UserClaims {
  /** The subjects that it may publish and subscribe to, and no others. Default: all. */
  readonly allowed?: readonly string[];
  /** In how many seconds it is no longer valid. Default: never. */
  readonly expiresIn?: number;
}

/**
 * An operator of NATS with one account: who may use a server is in signed JWTs, as `nsc` makes them, and the server knows the operator's
 * public key alone.
 */
export class TestOperator {
  private readonly operator = nkeys.createOperator();
  private readonly system = nkeys.createAccount();
  private readonly account = nkeys.createAccount();
  private readonly revoked: Record<string, number> = {};
  // The same in every configuration: a server takes another operator only at its start.
  private readonly self = this.sign(
    this.operator,
    this.operator.getPublicKey(),
    { type: 'operator', version: 2 },
    'test',
  );
  private readonly systemAccount = this.accountOf(this.system.getPublicKey());

  /** The text of a server's configuration that trusts this operator, and knows its account as it is now. */
  get config(): string {
    const account = this.account.getPublicKey();
    return [
      `operator: "${this.self}"`,
      `system_account: ${this.system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${this.system.getPublicKey()}: "${this.systemAccount}", ${account}: "${this.accountOf(account, this.revoked)}" }`,
    ].join('\n');
  }

  createUser(): Keys {
    return nkeys.createUser();
  }

  /** The text of a credentials file for that user. */
  credentials(user: Keys, { allowed, expiresIn }: UserClaims = {}): string {
    const permission = allowed ? { allow: allowed } : {};
    const claims = { ...UNLIMITED, pub: permission, sub: permission, type: 'user', version: 2 };
    const jwt = this.sign(this.account, user.getPublicKey(), claims, 'user', expiresIn);
    const seed = Buffer.from(user.getSeed()).toString();
    return [
      '-----BEGIN NATS USER JWT-----',
      jwt,
      '------END NATS USER JWT------',
      '',
      '-----BEGIN USER NKEY SEED-----',
      seed,
      '------END USER NKEY SEED------',
      '',
    ].join('\n');
  }

  /** From now on `config` refuses what was signed for the user until now. */
  revoke(user: Keys): void {
    this.revoked[user.getPublicKey()] = nowSeconds();
  }

  private accountOf(subject: string, revocations: Readonly<Record<string, number>> = {}): string {
    const limits = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
    return this.sign(this.operator, subject, { limits, revocations, type: 'account', version: 2 }, 'account');
  }

  private sign(issuer: Keys, subject: string, nats: object, name: string, expiresIn?: number): string {
    const iat = nowSeconds();
    const claims = {
      iat,
      iss: issuer.getPublicKey(),
      name,
      sub: subject,
      ...(expiresIn === undefined ? {} : { exp: iat + expiresIn }),
      nats,
    };
    const jti = base32(createHash('sha256').update(JSON.stringify(claims)).digest());
    const text = [
      { typ: 'JWT', alg: 'ed25519-nkey' },
      { jti, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
  }
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[parseInt(five.padEnd(5, '0'), 2)]).join('');
}
