import { inspect } from 'node:util';
import { badFields, refused, resolve } from './resolve-options.spec-support.js';

const NATS = { CLUSTER_TRANSPORT: 'nats' };

it('is one variable: NATS on this machine, without any other', () => {
  const { transport, nats } = resolve({}, NATS);
  expect(transport).toBe('nats');
  expect(nats.reveal()).toEqual({ servers: ['nats://127.0.0.1:4222'] });
});

it('is the same in code', () => {
  expect(resolve({ transport: 'nats' }).transport).toBe('nats');
});

it('reads where the servers are and who this node is to them', () => {
  const env = {
    ...NATS,
    NATS_URL: 'nats://a:4222, tls://b.example',
    NATS_CREDS_FILE: '/run/creds',
    NATS_TLS_CA_FILE: '/run/ca.pem',
    NATS_TLS_CERT_FILE: '/run/cert.pem',
    NATS_TLS_KEY_FILE: '/run/key.pem',
    CLUSTER_SECRET: 'a-secret-of-enough-bytes',
  };
  expect(resolve({}, env).nats.reveal()).toEqual({
    servers: ['nats://a:4222', 'tls://b.example'],
    credsFile: '/run/creds',
    tls: { caFile: '/run/ca.pem', certFile: '/run/cert.pem', keyFile: '/run/key.pem' },
  });
});

it('does not show a password', () => {
  const options = resolve({ transport: 'nats', nats: { servers: ['nats://shop:hunter2@a:4222'] } });
  expect(options.nats.reveal().servers).toEqual(['nats://shop:hunter2@a:4222']);
  expect(JSON.stringify(options.nats) + inspect(options.nats, { showHidden: true })).not.toContain('hunter2');
  expect(JSON.stringify(options.nats)).toBe('["nats://a:4222"]');
  expect(refused({}, { ...NATS, NATS_URL: 'https://shop:hunter2@a' }).message).not.toContain('hunter2');
});

it.each([
  [{ NATS_URL: '' }, 'nats.servers'],
  [{ NATS_URL: 'https://a:4222' }, 'nats.servers'],
  [{ NATS_URL: 'nats://a b' }, 'nats.servers'],
  [{ NATS_CREDS_FILE: '' }, 'nats.credsFile'],
  [{ NATS_CREDS_FILE: '/a', NATS_NKEY_SEED_FILE: '/b' }, 'nats.credsFile'],
  [{ NATS_TLS_CA_FILE: '' }, 'nats.tls.caFile'],
])('refuses %p', (env, field) => {
  expect(badFields({}, { ...NATS, ...env })).toEqual([field]);
});

it('refuses a certificate for the server without its key', () => {
  const bad = badFields({}, { ...NATS, NATS_TLS_CERT_FILE: '/a' });
  expect(bad).toEqual(['nats.tls.certFile', 'nats.tls.keyFile']);
});

it('refuses certificates of the mesh, which would protect nothing there', () => {
  const tls = { certFile: '/a', keyFile: '/b', caFile: '/c' };
  expect(refused({ transport: 'nats', tls }).message).toContain('over NATS they have CLUSTER_SECRET');
});

it('asks for no secret because of an address on which nothing listens', () => {
  expect(resolve({}, { ...NATS, CLUSTER_HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
});
