import { resolveSeed, type DnsLookups } from './seed-resolver.js';

const dns: DnsLookups = {
  addresses: async () => ['10.0.0.1', 'fd00::1', '10.0.0.1'],
  services: async () => [
    { name: 'noex-0.noex.svc.', port: 4369 },
    { name: 'noex-1.noex.svc', port: 4370 },
  ],
};

it('leaves a plain address to the socket, which resolves it at each dial', async () => {
  expect(await resolveSeed({ kind: 'address', host: 'noex-0', port: 1 }, dns)).toEqual(['noex-0:1']);
});

it('takes every address of a host once', async () => {
  expect(await resolveSeed({ kind: 'dns', host: 'noex', port: 4369 }, dns)).toEqual([
    '10.0.0.1:4369',
    '[fd00::1]:4369',
  ]);
});

it('takes every host and port of a service record', async () => {
  expect(await resolveSeed({ kind: 'srv', name: '_cluster._tcp.noex' }, dns)).toEqual([
    'noex-0.noex.svc:4369',
    'noex-1.noex.svc:4370',
  ]);
});

it('takes IPv6 hosts and addresses, and each host and port of a service once', async () => {
  const odd: DnsLookups = {
    addresses: async () => ['::1', '127.0.0.1', '::1'],
    services: async () => [
      { name: 'n', port: 1 },
      { name: 'n.', port: 1 },
      { name: 'n', port: 2 },
    ],
  };
  expect(await resolveSeed({ kind: 'dns', host: 'x', port: 1 }, odd)).toEqual(['[::1]:1', '127.0.0.1:1']);
  expect(await resolveSeed({ kind: 'srv', name: 'x' }, odd)).toEqual(['n:1', 'n:2']);
  expect(await resolveSeed({ kind: 'address', host: '::1', port: 1 }, odd)).toEqual(['[::1]:1']);
});

it('finds nobody where nobody is, and fails as the resolver does', async () => {
  const empty: DnsLookups = { addresses: async () => [], services: async () => [] };
  expect(await resolveSeed({ kind: 'dns', host: 'x', port: 1 }, empty)).toEqual([]);
  expect(await resolveSeed({ kind: 'srv', name: 'x' }, empty)).toEqual([]);
  const error = new Error('ESERVFAIL');
  const broken: DnsLookups = {
    addresses: () => Promise.reject(error),
    services: () => Promise.reject(error),
  };
  await expect(resolveSeed({ kind: 'dns', host: 'x', port: 1 }, broken)).rejects.toBe(error);
  await expect(resolveSeed({ kind: 'srv', name: 'x' }, broken)).rejects.toBe(error);
});
