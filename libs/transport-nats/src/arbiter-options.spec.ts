import { resolveArbiterOptions } from './arbiter-options.js';

it('needs the name of its cluster and nothing else', () => {
  expect(resolveArbiterOptions({ clusterName: 'shop' })).toEqual({
    server: {},
    clusterName: 'shop',
    bucket: 'shop_names',
    leaseMs: 15_000,
    replicas: 1,
    connectTimeoutMs: 10_000,
  });
});

it('takes servers and credentials as the transport does', () => {
  const server = { servers: 'nats://a,nats://b', credsFile: '/creds', tls: { caFile: '/ca' } };
  expect(resolveArbiterOptions({ clusterName: 'shop', ...server }).server).toEqual(server);
  expect(resolveArbiterOptions({ clusterName: 'shop', nkeySeedFile: '/nk' }).server).toEqual({
    nkeySeedFile: '/nk',
  });
});

it('lists everything that is wrong, without a password', () => {
  const wrong = {
    clusterName: '',
    servers: 'http://shop:hunter2@a',
    credsFile: 'a',
    nkeySeedFile: 'b',
    leaseMs: 999,
    replicas: 6,
    connectTimeoutMs: 0,
  };
  const attempt = () => resolveArbiterOptions(wrong);
  for (const says of [
    /a server is not of the form/,
    /credsFile and nkeySeedFile are given together/,
    /clusterName is empty/,
    /leaseMs 999 is not a whole number of at least 1000/,
    /replicas 6 is not a whole number from 1 to 5/,
    /connectTimeoutMs 0 is not/,
  ]) {
    expect(attempt).toThrow(says);
  }
  expect(attempt).not.toThrow(/hunter2/);
});

it.each([
  { leaseMs: 1_000.5 },
  { leaseMs: NaN },
  { replicas: 0 },
  { replicas: 1.5 },
  { clusterName: 'n'.repeat(175) },
  { clusterName: 'é'.repeat(100) },
])('refuses %j', (options) => {
  expect(() => resolveArbiterOptions({ clusterName: 'shop', ...options })).toThrow(
    expect.objectContaining({ code: 'invalid_options' }),
  );
});

it('takes a name of a cluster as long as its bucket may be', () => {
  expect(resolveArbiterOptions({ clusterName: 'n'.repeat(174) }).bucket).toHaveLength(180);
});
