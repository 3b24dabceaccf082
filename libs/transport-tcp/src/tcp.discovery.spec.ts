import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PROTOCOL_VERSION } from '@noex/contracts';
import { ComplianceHost, VirtualClock } from '@noex/testing';
import { encodeMessage, type HandshakeMessage } from './handshake-messages.js';
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
  const host = new ComplianceHost(tcp({ host: '203.0.113.1', port: 0, secrets: ['one-of-enough-bytes'] }), {
    id: 'b',
  });
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

describe('a name', () => {
  /** A node that is up, and from then on neither reads nor leaves: as one that hangs, or has lost its power. */
  async function hung(
    a: { host: ComplianceHost; address: string },
    id: string,
    address: string,
  ): Promise<Socket> {
    const socket = connect(Number(a.address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => {});
    const say = (message: HandshakeMessage) => {
      const body = encodeMessage(message);
      const header = Buffer.alloc(4);
      header.writeUInt32BE(body.length);
      socket.write(Buffer.concat([header, body]));
    };
    const clusterName = 'compliance';
    const protocol = PROTOCOL_VERSION;
    say({ kind: 'hello', id, incarnation: 1, clusterName, protocol, address, features: [] });
    say({ kind: 'ready' });
    await a.host.connected(id, 1);
    socket.pause();
    return socket;
  }

  it('passes to the next life of a hung node within two seconds, at another address', async () => {
    const a = await node('a');
    const socket = await hung(a, 'b', `127.0.0.1:${await freePort()}`);
    const started = performance.now();
    const next = await node('b', { seeds: [a.address] }, 2);
    await Promise.all([a.host.connected('b', 2), next.host.connected('a')]);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(a.host.downs('b')).toEqual(['heartbeat_timeout']);
    socket.destroy();
  });

  it('passes to the next life at the same address at once', async () => {
    const a = await node('a');
    const port = await freePort();
    const socket = await hung(a, 'b', `127.0.0.1:${port}`);
    const started = performance.now();
    const next = await node('b', { port, seeds: [a.address] }, 2);
    await Promise.all([a.host.connected('b', 2), next.host.connected('a')]);
    expect(performance.now() - started).toBeLessThan(500);
    socket.destroy();
  });

  it.each([
    ['without a secret', {}],
    ['through TLS', { secrets: ['one-of-enough-bytes'] }],
  ])('stays with a node that lives, though it says nothing by itself, %s', async (_, options) => {
    const clock = new VirtualClock(1_000);
    const a = await node('a', { ...options, clock });
    const b = await node('b', { ...options, seeds: [a.address] });
    await a.host.connected('b');
    const said: string[] = [];
    const note = (line: string) => {
      said.push(line);
      for (const host of hosts) host.recheck();
    };
    const logger = { debug: note, info: note, warn: note, error: note };
    const twin = await node('b', { ...options, seeds: [a.address], logger }, 2);
    await twin.host.until('it is told', () => said.some((line) => /two live nodes are named "b"/.test(line)));
    expect(said.some((line) => /gets it if that one does not answer/.test(line))).toBe(true);
    await clock.advance(3_000);
    const frame = Buffer.from('still here');
    b.host.connections.get('a')!.send(frame);
    await a.host.received('b', 1);
    expect([a.host.events.length, b.host.events.length, twin.host.events.length]).toEqual([1, 1, 0]);
  });
});

it('makes one mesh of two islands when one node learns late of one of the other', async () => {
  const gossiping = (host: ComplianceHost) => {
    const tell = () => {
      const peers = [...host.connections.values()].map(({ peer }) => peer);
      for (const to of host.connections.values()) to.send(Buffer.from(JSON.stringify(peers)));
    };
    host.onFrame = (_, frame) => host.transport.learn(JSON.parse(Buffer.from(frame).toString()));
    const { peerUp } = host;
    host.peerUp = (connection) => {
      peerUp.call(host, connection);
      tell();
    };
  };
  // At first they name a node that is not there.
  let record = String(await freePort());
  const dns = {
    addresses: async () => [],
    services: async () => [{ name: '127.0.0.1', port: Number(record) }],
  };
  const start = async (id: string, options: TcpTransportOptions) => {
    const host = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, ...options }), { id });
    hosts.push(host);
    gossiping(host);
    return { host, address: await host.transport.start(host) };
  };
  const a = await start('a', {});
  const b = await start('b', { seeds: [a.address] });
  const c = await start('c', {});
  const d = await start('d', { seeds: [c.address, 'srv:_late._tcp.noex'], dns });
  await Promise.all([a.host.connected('b'), c.host.connected('d')]);
  record = b.address.split(':')[1]!;
  const nodes = [a, b, c, d];
  await Promise.all(
    nodes.flatMap(({ host }) =>
      ['a', 'b', 'c', 'd'].filter((id) => id !== host.self.id).map((id) => host.connected(id)),
    ),
  );
  for (const { host } of nodes) expect(host.events.map(({ kind }) => kind)).toEqual(['up', 'up', 'up']);
}, 10_000);
