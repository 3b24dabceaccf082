import { createServer, type AddressInfo } from 'node:net';
import { ComplianceHost } from '@noex/testing';
import type { TcpTransportOptions } from './options.js';
import { tcp } from './tcp.transport.js';

let hosts: ComplianceHost[] = [];

afterEach(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  expect(hosts.flatMap(({ violations }) => violations)).toEqual([]);
  hosts = [];
});

async function node(id: string, options: TcpTransportOptions = {}, incarnation = 1) {
  const host = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, ...options }), { id, incarnation });
  hosts.push(host);
  return { host, address: await host.transport.start(host) };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('is up within a second of a seed that starts late', async () => {
  const port = await freePort();
  let failures = 0;
  const ignore = () => {};
  const debug = () => {
    failures++;
    for (const host of hosts) host.recheck();
  };
  const logger = { debug, info: ignore, warn: ignore, error: ignore };
  const b = await node('b', { seeds: [`127.0.0.1:${port}`], logger });
  await b.host.until('the dialer has reached its longest wait', () => failures >= 5);
  const a = await node('a', { port });
  const listening = performance.now();
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  expect(performance.now() - listening).toBeLessThan(1_000);
});

it('follows a host name to all of its addresses, as they come', async () => {
  const a = await node('a');
  const port = Number(a.address.split(':')[1]);
  const answers: string[][] = [[], ['127.0.0.1']];
  const dns = { addresses: async () => answers.shift() ?? ['127.0.0.1'], services: async () => [] };
  const b = await node('b', { seeds: [`dns:noex:${port}`], dns });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
});

it('follows a service record', async () => {
  const a = await node('a');
  const port = Number(a.address.split(':')[1]);
  const dns = { addresses: async () => [], services: async () => [{ name: 'localhost', port }] };
  const b = await node('b', { seeds: ['srv:_cluster._tcp.noex'], dns });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
});

it('finds a restarted peer again, from either side', async () => {
  const port = await freePort();
  const a = await node('a');
  const first = await node('b', { port, seeds: [a.address] });
  await a.host.connected('b');
  await first.host.close();
  // The new life has no seeds: the other side has to find it.
  const second = await node('b', { port }, 2);
  await Promise.all([a.host.connected('b', 2), second.host.connected('a')]);
});

it('says what to do when the port is taken', async () => {
  const a = await node('a');
  const port = Number(a.address.split(':')[1]);
  const host = new ComplianceHost(tcp({ port }), { id: 'b' });
  await expect(host.transport.start(host)).rejects.toMatchObject({
    code: 'cluster_start',
    message: expect.stringMatching(new RegExp(`port ${port} is taken; set CLUSTER_PORT.*epmd.*4369`)),
  });
  await host.close();
});

it('says what to do when the host is not its own', async () => {
  const host = new ComplianceHost(tcp({ host: '203.0.113.1', port: 0, secrets: ['s'] }), { id: 'b' });
  await expect(host.transport.start(host)).rejects.toMatchObject({
    code: 'cluster_start',
    message: expect.stringContaining('CLUSTER_HOST'),
  });
});

it('gives its port back at close, and starts once', async () => {
  const a = await node('a');
  const port = Number(a.address.split(':')[1]);
  await expect(a.host.transport.start(a.host)).rejects.toMatchObject({ code: 'cluster_start' });
  await a.host.close();
  await expect(node('a', { port })).resolves.toMatchObject({ address: a.address });
});

it('works over IPv6', async () => {
  const a = await node('a', { host: '[::1]' });
  expect(a.address).toMatch(/^\[::1\]:\d+$/);
  const b = await node('b', { host: '::1', seeds: [a.address] });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
});

it('advertises what it is told', async () => {
  const { address } = await node('a', { advertisedHost: 'pod-1.example' });
  expect(address).toMatch(/^pod-1\.example:\d+$/);
});
