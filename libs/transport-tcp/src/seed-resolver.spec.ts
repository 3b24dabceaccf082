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
