import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InvalidOptionsError } from '@noex/contracts';
import { resolveOptions, type NatsTransportOptions } from './options.js';

const SECRET = 'a-secret-of-enough-bytes';

function problems(options: NatsTransportOptions): string[] {
  try {
    resolveOptions(options);
  } catch (error) {
    return (error as InvalidOptionsError).data['problems'] as string[];
  }
  return [];
}

it('needs nothing for a server on this machine', () => {
  expect(resolveOptions({})).toMatchObject({
    server: {},
    secrets: [],
    isLocal: true,
    insecure: false,
    maxFrameBytes: 262_144,
    maxQueuedBytes: 1_048_576,
    connectTimeoutMs: 10_000,
    presenceMs: 10_000,
    reconnectMinMs: 100,
    reconnectMaxMs: 5_000,
  });
});

it.each<[NatsTransportOptions, RegExp]>([
  [{ servers: 'nats://nats.example' }, /set CLUSTER_SECRET, or use a server on loopback/],
  [{ servers: 'nats://127.0.0.1,nats://10.0.0.1' }, /set CLUSTER_SECRET/],
  [{ servers: 'nats://nats.example', secrets: ['short'] }, /shorter than 16 bytes/],
  [{ secrets: [' '] }, /a secret is empty/],
  [{ secrets: Array(9).fill(SECRET) }, /9 secrets, at most 8/],
  [{ secrets: [SECRET], secretFile: '/nowhere' }, /given together/],
  [{ secretFile: '/nowhere/at/all' }, /cannot be read \(ENOENT\)/],
  [{ servers: 'http://127.0.0.1' }, /not of the form nats:/],
  [{ servers: [] }, /servers is empty/],
  [{ servers: 'nats://a@127.0.0.1,nats://b@127.0.0.1' }, /different users/],
  [{ credsFile: '/a', nkeySeedFile: '/b' }, /give one of them/],
  [{ maxFrameBytes: 0 }, /maxFrameBytes 0 is not/],
  [{ maxFrameBytes: 2 ** 19 }, /maxFrameBytes 524288 is above 524284/],
  [{ maxFrameBytes: 1_000, maxQueuedBytes: 999 }, /maxQueuedBytes 999 is below/],
  [{ reconnectMinMs: 10, reconnectMaxMs: 9 }, /reconnectMaxMs 9 is below/],
  [{ presenceMs: 0.5 }, /presenceMs 0.5 is not/],
  [{ connectTimeoutMs: 0 }, /connectTimeoutMs 0 is not/],
])('refuses %p', (options, expected) => {
  expect(problems(options)).toContainEqual(expect.stringMatching(expected));
});

it('lists everything that is wrong, and shows no secret and no password', () => {
  const found = problems({
    servers: 'ftp://shop:hunter2@nats.example',
    secrets: ['hunter2'],
    maxFrameBytes: -1,
    presenceMs: 0,
  });
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(found.join()).not.toContain('hunter2');
});

it('takes a server anywhere with a secret, or outright without', () => {
  const servers = ['nats://nats.example:4222', 'tls://[fd00::1]:4222'];
  expect(problems({ servers, secrets: [SECRET] })).toEqual([]);
  expect(problems({ servers, insecure: true })).toEqual([]);
  expect(resolveOptions({ servers, insecure: true }).isLocal).toBe(false);
  expect(resolveOptions({ servers: 'localhost:4222,nats://[::1]:4222' }).isLocal).toBe(true);
});

it('reads the secrets of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'noex-nats-options-'));
  const path = join(folder, 'secret');
  writeFileSync(path, 'one secret,\n\n two secrets, three secrets\n');
  expect(problems({ secretFile: path })).toEqual([expect.stringMatching(/a secret is empty/)]);
  writeFileSync(path, 'one secret\n\n two secrets, three secrets\n');
  expect(resolveOptions({ secretFile: path }).secrets).toEqual([
    'one secret',
    'two secrets',
    'three secrets',
  ]);
  writeFileSync(path, '\n');
  expect(problems({ secretFile: path })).toEqual([expect.stringMatching(/secretFile is empty/)]);
  rmSync(folder, { recursive: true });
});
