import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, credsAuthenticator, nkeys, type PermissionViolationError } from '@nats-io/transport-node';
import { TestAuthority, writeTlsFiles } from '@noex/testing';
import type { NatsTransportOptions } from '@noex/transport-nats';
import { TestOperator } from '../../libs/transport-nats/src/nats-credentials.spec-support.js';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { TestNodes, Traffic, until, whole, type TestNode } from './support/nodes.js';

/** As docs/deployment/nats.md has it for a cluster of that name. */
const subjectsOf = (cluster: string) => `noex.${Buffer.from(cluster).toString('base64url')}.>`;

const nodes = new TestNodes();
let server: NatsServer | undefined;
let folder: string;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'noex-nats-credentials-'))));
afterEach(async () => {
  await nodes.close();
  await server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

const serve = async (config: string) => (server = await NatsServer.configured(config));
const urlOf = (user: string) => server!.url.replace('nats://', `nats://${user}@`);
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const start = (name: string, link: NatsTransportOptions, clusterName = 'shop') =>
  nodes.start(name, server!.url, { clusterName }, link);
const failure = (link: NatsTransportOptions) =>
  start('refused', { connectTimeoutMs: 1, ...link }).then(
    () => new Error('it has started'),
    (error: Error) => error,
  );

/** Nodes that are up for each other and call each other, without a complaint of the server. */
async function works(link: NatsTransportOptions): Promise<TestNode[]> {
  const all = await Promise.all(['a', 'b', 'c'].map((name) => start(name, link)));
  await whole(all);
  const traffic = await Traffic.start(all);
  await traffic.goesOn(200);
  await traffic.stop();
  expect([traffic.failures, traffic.wrong]).toEqual([[], []]);
  expect(all.flatMap(({ log }) => log).filter((event) => event === 'nats_error')).toEqual([]);
  return all;
}

describe.each<
  [
    what: string,
    config: () => {
      text: string;
      good: () => NatsTransportOptions;
      bad: () => NatsTransportOptions;
      advice: RegExp;
    },
  ]
>([
  [
    'a user with a password',
    () => ({
      text: `authorization { users: [{ user: shop, password: "r1ght" }] }`,
      good: () => ({ servers: urlOf('shop:r1ght') }),
      bad: () => ({ servers: urlOf('shop:wr0ng') }),
      advice: /set NATS_URL with the user and password/,
    }),
  ],
  [
    'a token',
    () => ({
      text: `authorization { token: "r1ght" }`,
      good: () => ({ servers: urlOf('r1ght') }),
      bad: () => ({ servers: urlOf('wr0ng') }),
      advice: /or the token, that the server expects/,
    }),
  ],
  [
    'an nkey',
    () => {
      const [known, unknown] = [nkeys.createUser(), nkeys.createUser()];
      const seed = (user: typeof known) => Buffer.from(user.getSeed()).toString();
      return {
        text: `authorization { users: [{ nkey: ${known.getPublicKey()} }] }`,
        good: () => ({ nkeySeedFile: file('good.nk', `${seed(known)}\n`) }),
        bad: () => ({ nkeySeedFile: file('bad.nk', seed(unknown)) }),
        advice: /look whether the server knows the public key of NATS_NKEY_SEED_FILE/,
      };
    },
  ],
  [
    'a credentials file of the operator of the server',
    () => {
      const [operator, other] = [new TestOperator(), new TestOperator()];
      return {
        text: operator.config,
        good: () => ({ credsFile: file('good.creds', operator.credentials(operator.createUser())) }),
        bad: () => ({ credsFile: file('bad.creds', other.credentials(other.createUser())) }),
        advice:
          /look whether the user of NATS_CREDS_FILE \(credsFile\) was revoked or belongs to another operator/,
      };
    },
  ],
])('%s', (_, create) => {
  it('lets a cluster work, and another one is one clear error at the start', async () => {
    const { text, good, bad, advice } = create();
    await serve(text);
    await works(good());
    for (const link of [bad(), {}]) {
      const error = await failure(link);
      expect(error).toMatchObject({
        code: 'cluster_start',
        message: expect.stringMatching(
          /^cannot connect to NATS at 127\.0\.0\.1:\d+: .*authorization violation/i,
        ),
      });
      if (Object.keys(link).length > 0) expect(error.message).toMatch(advice);
      expect(error.message).not.toContain('wr0ng');
    }
  });
});

describe('a user that is allowed the subjects of its cluster alone', () => {
  const operator = new TestOperator();
  const credsFor = (cluster: string) =>
    file(`${cluster}.creds`, operator.credentials(operator.createUser(), { allowed: [subjectsOf(cluster)] }));

  beforeEach(() => serve(operator.config));

  it('is enough for all that a cluster does', async () => {
    await works({ credsFile: credsFor('shop') });
  });

  it('can neither hear nor reach another cluster', async () => {
    const credsFile = credsFor('warehouse');
    await expect(start('spy', { credsFile, connectTimeoutMs: 1 })).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringContaining(`allow it to publish and subscribe to "${subjectsOf('shop')}"`),
    });
    const text = operator.credentials(operator.createUser(), { allowed: [subjectsOf('warehouse')] });
    const client = await connect({
      servers: server!.url,
      authenticator: credsAuthenticator(Buffer.from(text)),
    });
    const errors = (async () => {
      for await (const status of client.status()) if (status.type === 'error') return status.error;
      return undefined;
    })();
    client.publish('noex.c2hvcA.1.presence', 'hello');
    await client.flush();
    const { operation, subject } = (await errors) as PermissionViolationError;
    expect([operation, subject]).toEqual(['publish', 'noex.c2hvcA.1.presence']);
    await client.close();
  });
});

describe('credentials that end', () => {
  it('before the start are one error, which says when', async () => {
    const operator = new TestOperator();
    await serve(operator.config);
    const text = operator.credentials(operator.createUser(), { expiresIn: -60 });
    const { message } = await failure({ credsFile: file('old.creds', text) });
    expect(message).toMatch(
      /authorization violation.*; the JWT in NATS_CREDS_FILE \(credsFile\) expired at 20\d\d-.*Z; put a new one there$/i,
    );
  });

  it('while a node runs are read again from their file: no node goes down, every call is answered', async () => {
    const operator = new TestOperator();
    await serve(operator.config);
    const user = operator.createUser();
    const credsFile = file('rotated.creds', operator.credentials(user, { expiresIn: 4 }));
    const all = await Promise.all(['a', 'b', 'c'].map((name) => start(name, { credsFile })));
    await whole(all);
    const traffic = await Traffic.start(all);
    file('rotated.creds', operator.credentials(user));
    await until('all had to show their credentials again', () =>
      all.every(({ log }) => log.includes('nats_reconnected')),
    );
    await traffic.goesOn(200);
    await traffic.stop();
    expect([downs(all), traffic.failures]).toEqual([[], []]);
  });

  it('by a revocation are logged with what to do, once, and the node tries on until it has new ones', async () => {
    const operator = new TestOperator();
    await serve(operator.config);
    const [revoked, renewed] = [operator.createUser(), operator.createUser()];
    const credsFile = file('revoked.creds', operator.credentials(revoked));
    const a = await start('a', { credsFile });
    const b = await start('b', { credsFile: file('b.creds', operator.credentials(renewed)) });
    await whole([a, b]);
    operator.revoke(revoked);
    await server!.reload(operator.config);
    const complaints = () => a.lines.filter((line) => line.includes('does not take this node'));
    await until('the revocation is noticed', () => complaints().length > 0);
    expect(complaints()).toEqual([
      expect.stringMatching(
        /look whether the user of NATS_CREDS_FILE \(credsFile\) was revoked .*; trying on$/,
      ),
    ]);
    file('revoked.creds', operator.credentials(renewed));
    await until('it is back', () => a.log.includes('nats_reconnected'));
    await whole([a, b]);
    const traffic = await Traffic.start([a, b]);
    await traffic.goesOn(50);
    await traffic.stop();
    expect([traffic.failures, complaints().length]).toEqual([[], 1]);
  });

  it('by a file that cannot be used are one error at the start, without its path', async () => {
    await serve('');
    for (const [link, message] of [
      [
        { credsFile: join(folder, 'nowhere') },
        /^NATS_CREDS_FILE \(credsFile\) cannot be read \(ENOENT\); it must be/,
      ],
      [{ credsFile: file('empty', '') }, /^NATS_CREDS_FILE \(credsFile\) holds no credentials; it must be/],
      [
        { nkeySeedFile: join(folder, 'nowhere') },
        /^NATS_NKEY_SEED_FILE \(nkeySeedFile\) cannot be read \(ENOENT\)/,
      ],
      [
        { nkeySeedFile: file('nonsense', 'SUnonsense') },
        /^NATS_NKEY_SEED_FILE \(nkeySeedFile\) holds no credentials/,
      ],
    ] as const) {
      const error = await failure(link);
      expect(error).toMatchObject({ code: 'cluster_start', message: expect.stringMatching(message) });
      expect(error.message).not.toContain(folder);
    }
  });
});

describe('TLS', () => {
  const config = (files: { certFile: string; keyFile: string; caFile: string }) =>
    `tls { cert_file: "${files.certFile}", key_file: "${files.keyFile}", ca_file: "${files.caFile}", verify: true }`;
  const write = (name: string, authority: TestAuthority) =>
    writeTlsFiles(folder, name, authority.issue({ name: 'localhost' }));

  it('with a certificate of each side lets a cluster work, and one of another CA, or none, is one clear error', async () => {
    const [authority, other] = [new TestAuthority('nats CA'), new TestAuthority('other CA')];
    await serve(config(write('server', authority)));
    const servers = `tls://localhost:${server!.port}`;
    const [good, bad] = [write('node', authority), write('bad', other)];
    await works({ servers, tls: good });
    const untrusted =
      /: it does not answer; .* NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE to a certificate that it trusts/;
    for (const [tls, message] of [
      [{ caFile: good.caFile }, untrusted],
      [{ ...bad, caFile: good.caFile }, untrusted],
      [{ ...good, caFile: bad.caFile }, /: (self-signed certificate|unable to verify)/],
    ] as const) {
      const error = await failure({ servers, tls });
      expect(error).toMatchObject({ code: 'cluster_start', message: expect.stringMatching(message) });
    }
  });

  it('of another CA from one restart of the server to the next is read again from the files', async () => {
    const [before, after] = [new TestAuthority('first CA'), new TestAuthority('second CA')];
    await serve(config(write('server', before)));
    const tls = write('node', before);
    const all = await works({ servers: `tls://localhost:${server!.port}`, tls });
    write('node', after);
    await server!.kill();
    server!.configure(config(write('server', after)));
    await server!.start();
    const traffic = await Traffic.start(all);
    await until('all are back', () => all.every(({ log }) => log.includes('nats_reconnected')));
    await traffic.goesOn(50);
    await traffic.stop();
    expect([downs(all), traffic.failures]).toEqual([[], []]);
  });
});

const downs = (all: readonly TestNode[]) =>
  all.flatMap(({ events }) => events.filter((event) => event.startsWith('down')));
