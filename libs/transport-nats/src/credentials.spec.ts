import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuthorizationError, nkeys, UserAuthenticationExpiredError } from '@nats-io/transport-node';
import { ClusterStartError } from '@noex/contracts';
import { fileAuthenticator, isRejection, rejectionAdvice } from './credentials.js';
import { TestOperator } from './nats-credentials.spec-support.js';

const NONCE = 'a nonce of the server';
const operator = new TestOperator();
let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'noex-credentials-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const failure = (files: Parameters<typeof fileAuthenticator>[0]): Error => {
  try {
    fileAuthenticator(files);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it can be used');
};

it('there are none where no file is named', () => {
  expect(fileAuthenticator({})).toBeUndefined();
});

it('of a credentials file are its JWT and a signature of its key, those that it holds when the server asks', () => {
  const [first, second] = [operator.createUser(), operator.createUser()];
  const credsFile = file('user.creds', operator.credentials(first));
  const authenticate = fileAuthenticator({ credsFile })!;
  for (const user of [first, second]) {
    const text = operator.credentials(user);
    file('user.creds', text);
    const { jwt, sig } = authenticate(NONCE) as { jwt: string; sig: string };
    expect(text).toContain(`\n${jwt}\n`);
    expect(user.verify(Buffer.from(NONCE), Buffer.from(sig, 'base64url'))).toBe(true);
  }
});

it('of a seed are its public key and a signature, whatever blanks are around it', () => {
  const user = nkeys.createUser();
  const nkeySeedFile = file('user.nk', `\n ${Buffer.from(user.getSeed()).toString()} \r\n`);
  const { nkey, sig } = fileAuthenticator({ nkeySeedFile })!(NONCE) as { nkey: string; sig: string };
  expect(nkey).toBe(user.getPublicKey());
  expect(user.verify(Buffer.from(NONCE), Buffer.from(sig, 'base64url'))).toBe(true);
});

it.each([
  [
    'credsFile',
    'no JWT',
    'NATS_CREDS_FILE (credsFile) holds no credentials; it must be a file with a JWT and its seed',
  ],
  [
    'nkeySeedFile',
    'SUNONSENSE',
    'NATS_NKEY_SEED_FILE (nkeySeedFile) holds no credentials; it must be a file with the seed',
  ],
])(
  'in a %s that cannot be used are an error before a server is asked, without its path and content',
  (option, text, says) => {
    const nowhere = failure({ [option]: join(folder, 'nowhere') });
    expect(nowhere).toBeInstanceOf(ClusterStartError);
    expect(nowhere.message).toContain(`(${option}) cannot be read (ENOENT); it must be a file with`);
    const bad = failure({ [option]: file('bad', text) });
    expect(bad.message).toContain(says);
    for (const error of [nowhere, bad]) {
      expect(`${error.message} ${String(error.cause)}`).not.toContain(folder);
      expect(error.message).not.toContain(text);
    }
  },
);

it('that break while a node runs are the same error to whoever connects again', () => {
  const credsFile = file('user.creds', operator.credentials(operator.createUser()));
  const authenticate = fileAuthenticator({ credsFile })!;
  file('user.creds', 'half a file');
  expect(() => authenticate(NONCE)).toThrow(/^NATS_CREDS_FILE \(credsFile\) holds no credentials/);
});

it('are not taken where the server says so, which is no other trouble', () => {
  expect([new AuthorizationError('x'), new UserAuthenticationExpiredError('x')].map(isRejection)).toEqual([
    true,
    true,
  ]);
  expect([new Error('connection refused'), undefined].map(isRejection)).toEqual([false, false]);
});

describe('what to do about a rejection', () => {
  const creds = (expiresIn?: number) =>
    file(
      'user.creds',
      operator.credentials(operator.createUser(), expiresIn === undefined ? {} : { expiresIn }),
    );

  it('is to renew a JWT that has expired, and it says since when', () => {
    expect(rejectionAdvice({ credsFile: creds(-3_600) })).toMatch(
      /^the JWT in NATS_CREDS_FILE \(credsFile\) expired at 20\d\d-\d\d-\d\dT[\d:.]+Z; put a new one there$/,
    );
  });

  it.each([
    [
      'a JWT that is still valid',
      () => ({ credsFile: creds(3_600) }),
      /was revoked or belongs to another operator$/,
    ],
    ['one without an end', () => ({ credsFile: creds() }), /was revoked or belongs to another operator$/],
    ['a file that is gone', () => ({ credsFile: join(folder, 'nowhere') }), /was revoked or belongs/],
    [
      'a seed',
      () => ({ nkeySeedFile: '/seed' }),
      /^look whether the server knows the public key of NATS_NKEY_SEED_FILE/,
    ],
    ['a URL', () => ({}), /^set NATS_URL with the user and password, or the token, that the server expects$/],
  ])('with %s is to look at what may be wrong with it', (_, files, says) => {
    expect(rejectionAdvice(files())).toMatch(says);
  });
});
