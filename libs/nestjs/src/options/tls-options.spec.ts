import { inspect } from 'node:util';
import { TestAuthority } from '@noex/testing';
import { machine, refused, resolve, SECRET, violationsOf } from './resolve-options.spec-support.js';

const authority = new TestAuthority('shop CA');
const { cert, key, ca } = authority.issue({ name: 'web-7' });
const DAY_MS = 24 * 3600 * 1000;
const expired = authority.issue({ name: 'web-7', from: new Date(0), to: new Date(DAY_MS) });
const files: Record<string, string> = {
  '/tls/cert': cert,
  '/tls/key': key,
  '/tls/ca': ca,
  '/tls/expired': expired.cert,
  '/tls/expired-key': expired.key,
};
const disk = machine({ readFile: (path) => files[path] ?? machine().readFile(path) });

const inCode = { certFile: '/tls/cert', keyFile: '/tls/key', caFile: '/tls/ca' };
const inEnv = {
  CLUSTER_TLS_CERT_FILE: '/tls/cert',
  CLUSTER_TLS_KEY_FILE: ' /tls/key ',
  CLUSTER_TLS_CA_FILE: '/tls/ca',
};

it.each([
  ['code', { tls: inCode }, {}],
  ['variables', {}, inEnv],
  [
    'both, code over variables',
    { tls: { keyFile: '/tls/key' } },
    { ...inEnv, CLUSTER_TLS_KEY_FILE: '/nowhere' },
  ],
])('come from %s, and let the node listen everywhere', (_, code, env) => {
  const { tls, host, secrets, secretFile } = resolve(code, env, disk);
  expect(tls).toEqual(inCode);
  expect([host, secrets.isEmpty, secretFile]).toEqual(['0.0.0.0', true, undefined]);
  expect(resolve({ ...code, host: '10.0.0.1' }, env, disk).host).toBe('10.0.0.1');
});

it('are not there unless they are given', () => {
  expect(resolve().tls).toBeUndefined();
  expect(resolve({ tls: undefined }).host).toBe('127.0.0.1');
});

it.each([
  ['both in code', { tls: inCode, clusterSecret: SECRET }, {}],
  ['both in variables', {}, { ...inEnv, CLUSTER_SECRET: SECRET }],
  ['one here, one there', { tls: inCode }, { CLUSTER_SECRET: SECRET }],
])('beside a secret are one clear error: %s', (_, code, env) => {
  const error = refused(code, env, disk);
  expect(violationsOf(error)).toEqual([
    expect.objectContaining({
      field: 'tls',
      expected: expect.stringMatching(/^either certificates .* or a secret/),
    }),
  ]);
  expect(inspect(error)).not.toContain('horse');
});

it.each<[string, object, NodeJS.ProcessEnv, string[]]>([
  ['one of three', {}, { CLUSTER_TLS_CERT_FILE: '/tls/cert' }, ['tls.keyFile', 'tls.caFile']],
  ['two of three', { tls: { certFile: '/tls/cert', keyFile: '/tls/key' } }, {}, ['tls.caFile']],
  ['none of three', { tls: {} }, {}, ['tls.certFile', 'tls.keyFile', 'tls.caFile']],
  ['an empty variable', {}, { ...inEnv, CLUSTER_TLS_CA_FILE: '' }, ['tls.caFile']],
  ['a number', { tls: { ...inCode, caFile: 7 } }, {}, ['tls.caFile']],
  ['a file that is missing', { tls: { ...inCode, keyFile: '/nowhere' } }, {}, ['tls.keyFile']],
  ["another's key", { tls: { ...inCode, keyFile: '/tls/expired-key' } }, {}, ['tls.keyFile']],
  [
    'a certificate that expired',
    { tls: { ...inCode, certFile: '/tls/expired', keyFile: '/tls/expired-key' } },
    {},
    ['tls.certFile'],
  ],
  ['no object', { tls: true }, {}, ['tls']],
  ['a name that is mistyped', { tls: { ...inCode, cafile: '/tls/ca' } }, {}, ['tls.cafile']],
])('are refused for %s, and for nothing else', (_, code, env, fields) => {
  expect([...new Set(violationsOf(refused(code, env, disk)).map(({ field }) => field))]).toEqual(fields);
});

it('stand in one list with everything else that is wrong', () => {
  const error = refused({ port: -1, tls: { ...inCode, keyFile: '/nowhere' } }, {}, disk);
  expect(violationsOf(error).map(({ field, value }) => [field, value])).toEqual([
    ['port', '-1'],
    ['tls.keyFile', '***'],
  ]);
  expect(error.message).toMatch(
    /tls\.keyFile: got \*\*\* in code \(variable CLUSTER_TLS_KEY_FILE\); expected .*ENOENT/,
  );
});

it('never show a key that was put where its path belongs', () => {
  const error = refused({}, { ...inEnv, CLUSTER_TLS_KEY_FILE: key, CLUSTER_TLS_CERT_FILE: cert }, disk);
  expect(inspect(error)).not.toContain(key.split('\n')[1]);
});

it('name the file that secrets come from, so that it can be read again', () => {
  const readFile = () => `${SECRET}\n`;
  const options = resolve({}, { CLUSTER_SECRET_FILE: '/run/secret' }, machine({ readFile }));
  expect([options.secretFile, options.secrets.reveal()]).toEqual(['/run/secret', [SECRET]]);
  expect(resolve({ clusterSecret: SECRET }).secretFile).toBeUndefined();
  expect(resolve({}, { CLUSTER_SECRET: SECRET }).secretFile).toBeUndefined();
});
