import type { NetworkInterfaceInfo } from 'node:os';
import { advertisedHost } from './advertised-address.js';

function address(text: string, internal = false): NetworkInterfaceInfo {
  const base = { address: text, netmask: '', mac: '', internal, cidr: null };
  return text.includes(':') ? { ...base, family: 'IPv6', scopeid: 0 } : { ...base, family: 'IPv4' };
}

const machine = {
  lo: [address('127.0.0.1', true), address('::1', true)],
  eth0: [address('fe80::1'), address('fd00::5'), address('10.0.0.5')],
};

it.each([
  ['0.0.0.0', 'pod.example', 'pod.example', 'option'],
  ['0.0.0.0', '[fd00::9]', 'fd00::9', 'option'],
  ['10.1.1.1', undefined, '10.1.1.1', 'listen_host'],
  ['127.0.0.1', undefined, '127.0.0.1', 'listen_host'],
  ['0.0.0.0', undefined, '10.0.0.5', 'interface'],
  ['::', undefined, '10.0.0.5', 'interface'],
])('listening on %s with %s advertises %s', (listen, option, host, from) => {
  expect(advertisedHost(listen, option, machine)).toEqual({ host, from });
});

it('takes an IPv6 address when there is no other, never a link-local one', () => {
  expect(advertisedHost('::', undefined, { eth0: [address('fe80::1'), address('fd00::5')] }).host).toBe(
    'fd00::5',
  );
});

it('falls back to loopback only on a machine that has nothing else', () => {
  expect(advertisedHost('0.0.0.0', undefined, { lo: machine.lo })).toEqual({
    host: '127.0.0.1',
    from: 'loopback',
  });
});
