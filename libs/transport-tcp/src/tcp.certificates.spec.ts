import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { TestAuthority, VirtualClock, writeTlsFiles, type TransportNode } from '@noex/testing';
import { parseHostPort } from './address.js';
import { decodeMessage } from './handshake-messages.js';
import { LiveTraffic, watchfulClock } from './live-traffic.spec-support.js';
import { expectRefusal, TestNodes } from './test-nodes.spec-support.js';
import type { TlsMaterial } from './tls-files.js';

const DAY_MS = 24 * 3600 * 1000;
const SECRET = 'a secret of enough bytes';
const authority = new TestAuthority('shop CA');
const other = new TestAuthority('other CA');

const nodes = new TestNodes();
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-certificates-'))));
afterEach(async () => {
  await nodes.close();
  rmSync(folder, { recursive: true });
});

const startWith = (id: string, material: TlsMaterial, seeds: TransportNode[] = []) =>
  nodes.start(id, {
    tls: writeTlsFiles(folder, id, material),
    seeds: seeds.map(({ address }) => address),
    clock: watchfulClock,
  });

const start = (id: string, seeds: TransportNode[] = []) =>
  startWith(id, authority.issue({ name: id }), seeds);

const meet = (cluster: readonly TransportNode[]) =>
  Promise.all(
    cluster.flatMap(({ host }) =>
      cluster.filter((each) => each.host !== host).map((each) => host.connected(each.host.self.id)),
    ),
  );

/** What a client that is no node gets to see: the certificate, and what the first frame says. */
function dial({ address }: TransportNode, options: ConnectionOptions = {}) {
  const socket = connect({ ...parseHostPort(address)!, rejectUnauthorized: false, ...options });
  return new Promise<{ shown: string; protocol: string | null; said: ReturnType<typeof decodeMessage> }>(
    (resolve, reject) => {
      socket.once('error', reject);
      socket.once('data', (frame: Buffer) => {
        resolve({
          shown: socket.getPeerCertificate().fingerprint256,
          protocol: socket.getProtocol(),
          said: decodeMessage(frame.subarray(4)),
        });
        socket.destroy();
      });
    },
  );
}

it('a live cluster of three changes certificates: no connection falls, no frame is lost, new links use the new one', async () => {
  const a = await start('a');
  const b = await start('b', [a]);
  const c = await start('c', [a, b]);
  const cluster = [a, b, c];
  await meet(cluster);
  const traffic = new LiveTraffic();
  traffic.start(cluster);
  await traffic.goesOn();
  const mine = authority.issue({ name: 'client' });
  const before = await dial(b, mine);

  writeTlsFiles(folder, 'b', authority.issue({ name: 'b' }));
  await b.logged(/tls_files_reloaded/);
  await traffic.goesOn();
  const after = await dial(b, mine);
  expect(after.shown).not.toBe(before.shown);
  expect(after.protocol).toBe('TLSv1.3');
  const d = await start('d', cluster);
  await meet([...cluster, d]);

  expect(traffic.gaps).toEqual([]);
  expect([a, b, c, d].flatMap(({ host }) => host.events.filter(({ kind }) => kind === 'down'))).toEqual([]);
});

it('a cluster moves to another CA: both are trusted, then certificates change, then the old one is dropped', async () => {
  const a = await start('a');
  const [oldPair, newPair] = [authority.issue({ name: 'a' }), other.issue({ name: 'a' })];
  for (const [n, material] of [
    { ...oldPair, ca: oldPair.ca + newPair.ca },
    { ...newPair, ca: oldPair.ca + newPair.ca },
    newPair,
  ].entries()) {
    writeTlsFiles(folder, 'a', material);
    await a.logged(/tls_files_reloaded/, n + 1);
  }
  // Dialed with the new certificate as well.
  const b = await startWith('b', other.issue({ name: 'b' }));
  a.host.transport.learn([{ id: 'b', incarnation: 1, address: b.address }]);
  await meet([a, b]);
  const left = await start('left', [a]);
  await Promise.all([
    a.warned(/refused 127.*"left".*CLUSTER_TLS_CA_FILE/),
    left.warned(/CLUSTER_TLS_CA_FILE/),
  ]);
  expect(left.host.events).toEqual([]);
});

it('looks at no file any more once it is closed', async () => {
  const clock = new VirtualClock();
  const tls = writeTlsFiles(folder, 'a', authority.issue({ name: 'a' }));
  const a = await nodes.start('a', { tls, clock });
  expect(clock.pending).toBe(1);
  await a.host.close();
  expect(clock.pending).toBe(0);
});

it('keeps the old certificate when the files cannot be used, and warns once', async () => {
  const a = await start('a');
  const mine = authority.issue({ name: 'client' });
  const before = await dial(a, mine);
  const expired = { name: 'a', from: new Date(Date.now() - 9 * DAY_MS), to: new Date(Date.now() - DAY_MS) };
  writeTlsFiles(folder, 'a', authority.issue(expired));
  expect(await a.logged(/tls_file_invalid/)).toMatch(/certFile: .*expired on/);
  const files = writeTlsFiles(folder, 'a', { ...authority.issue({ name: 'a' }), key: mine.key });
  await a.logged(/tls_file_invalid/, 2);
  expect(a.lines.at(-1)).toMatch(/keyFile: .*private key of the certificate/);
  expect((await dial(a, mine)).shown).toBe(before.shown);
  await meet([a, await start('b', [a])]);
  expect(a.lines.join('\n')).not.toContain(files.keyFile);
  expect(a.lines.join('\n')).not.toContain('PRIVATE KEY');
});

describe('a certificate of another CA', () => {
  it('is refused, and both sides say whose it is', async () => {
    const a = await start('a');
    const b = await startWith('b', other.issue({ name: 'b' }), [a]);
    await expectRefusal(
      a,
      b,
      /refused 127\.0\.0\.1: certificate "b", issued by "other CA".*CLUSTER_TLS_CA_FILE/,
      new RegExp(`refused ${a.address}: certificate "a", issued by "shop CA".*CLUSTER_TLS_CA_FILE`),
    );
    expect(a.host.transport.refusals?.get('wrong_certificate')).toBeGreaterThan(0);
  });

  it('is refused by the side that listens alone, and the other one hears why', async () => {
    const a = await start('a');
    const b = await startWith('b', { ...other.issue({ name: 'b' }), ca: authority.pem }, [a]);
    await expectRefusal(
      a,
      b,
      /refused 127\.0\.0\.1: certificate "b", issued by "other CA"/,
      new RegExp(`refused by ${a.address}: certificate "b", issued by "other CA".*CLUSTER_TLS_CA_FILE`),
    );
  });

  it('is refused by the side that dials alone, and the other one hears why', async () => {
    const a = await startWith('a', { ...other.issue({ name: 'a' }), ca: authority.pem });
    const b = await start('b', [a]);
    await expectRefusal(
      a,
      b,
      /refused by 127\.0\.0\.1: certificate "a", issued by "other CA".*CLUSTER_TLS_CA_FILE/,
      new RegExp(`refused ${a.address}: certificate "a", issued by "other CA"`),
    );
  });

  it('may not be one that only looks alike: the same names, signed by nobody who is trusted', async () => {
    const a = await start('a');
    const forger = new TestAuthority('shop CA');
    const { said } = await dial(a, forger.issue({ name: 'b' }));
    expect(said).toMatchObject({ kind: 'refuse', code: 'wrong_certificate' });
    await a.warned(/certificate "b", issued by "shop CA", is not of a CA/);
  });
});

it.each<[string, ConnectionOptions, RegExp]>([
  ['no certificate', {}, /no certificate was presented/],
  [
    'an expired certificate',
    authority.issue({ name: 'b', from: new Date(0), to: new Date(DAY_MS) }),
    /certificate "b" expired on .*CLUSTER_TLS_CERT_FILE/,
  ],
  [
    'a certificate of the future',
    authority.issue({ name: 'b', from: new Date(Date.now() + DAY_MS) }),
    /certificate "b" is valid from .*clocks/,
  ],
  [
    'a certificate for servers only',
    authority.issue({ name: 'b', serverOnly: true }),
    /certificate "b" .*serverAuth and clientAuth/,
  ],
])('refuses %s, tells the other side why, and does not introduce itself', async (_, options, message) => {
  const a = await start('a');
  const { said } = await dial(a, options);
  expect(said).toEqual({
    kind: 'refuse',
    code: 'wrong_certificate',
    message: expect.stringMatching(message),
  });
  await a.warned(message);
  expect(a.host.events).toEqual([]);
});

it('speaks no older TLS, not even with a good certificate', async () => {
  const a = await start('a');
  const older = { ...authority.issue({ name: 'b' }), maxVersion: 'TLSv1.2' } as const;
  await expect(dial(a, older)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL/) });
});

describe('nodes that are protected in different ways explain it on both sides', () => {
  it('a secret dials certificates', async () => {
    const a = await start('a');
    const b = await nodes.start('b', { secrets: [SECRET], seeds: [a.address] });
    await expectRefusal(
      a,
      b,
      /refused.* 127\.0\.0\.1: .*CLUSTER_TLS_CERT_FILE.*CLUSTER_SECRET/,
      /a certificate was presented to a node with a CLUSTER_SECRET/,
    );
  });

  it('certificates dial a secret', async () => {
    const a = await nodes.start('a', { secrets: [SECRET] });
    const b = await start('b', [a]);
    await expectRefusal(
      a,
      b,
      /refused 127\.0\.0\.1: it offers no key, this node has a CLUSTER_SECRET/,
      /TLS with certificates failed; it may have a CLUSTER_SECRET/,
    );
  });

  it('nothing dials certificates', async () => {
    const a = await start('a');
    const b = await nodes.start('b', { seeds: [a.address] });
    await expectRefusal(
      a,
      b,
      /refused 127\.0\.0\.1: it connects without encryption, this node has certificates/,
      /it requires certificates.*CLUSTER_TLS_CERT_FILE/,
    );
  });

  it('certificates dial nothing', async () => {
    const a = await nodes.start('a');
    const b = await start('b', [a]);
    await expectRefusal(
      a,
      b,
      /refused 127\.0\.0\.1: it speaks TLS, this node has no CLUSTER_SECRET and no certificates/,
      /it answers without encryption, this node has certificates/,
    );
  });
});
