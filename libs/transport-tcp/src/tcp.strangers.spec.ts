import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { PROTOCOL_VERSION, type Logger } from '@noex/contracts';
import { ComplianceHost } from '@noex/testing';
import { decodeMessage, encodeMessage, type HelloMessage } from './handshake-messages.js';
import type { TcpTransportOptions } from './options.js';
import { tcp } from './tcp.transport.js';

let hosts: ComplianceHost[] = [];
let sockets: Socket[] = [];
let warnings: string[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(hosts.map((host) => host.close()));
  expect(hosts.flatMap(({ violations }) => violations)).toEqual([]);
  [hosts, sockets, warnings] = [[], [], []];
});

async function node(id: string, options: TcpTransportOptions = {}) {
  const ignore = () => {};
  const warn = (line: string) => {
    warnings.push(line);
    for (const each of hosts) each.recheck();
  };
  const logger: Logger = { debug: ignore, info: ignore, warn, error: warn };
  const host = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, logger, ...options }), { id });
  hosts.push(host);
  return { host, address: await host.transport.start(host) };
}

/** A sender of bytes that collects what comes back, until the other side ends it. */
function stranger(address: string, bytes?: Uint8Array) {
  const socket = connect(Number(address.split(':').at(-1)), '127.0.0.1');
  sockets.push(socket);
  const answer: Buffer[] = [];
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  const ended = new Promise<Buffer>((resolve) => socket.once('close', () => resolve(Buffer.concat(answer))));
  if (bytes) socket.write(bytes);
  return { socket, ended };
}

function frame(body: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  return Buffer.concat([header, body]);
}

function hello(fields: Partial<HelloMessage> = {}): Buffer {
  return frame(
    encodeMessage({
      kind: 'hello',
      id: 'z',
      incarnation: 1,
      clusterName: 'compliance',
      protocol: PROTOCOL_VERSION,
      address: '127.0.0.1:9',
      features: [],
      ...fields,
    }),
  );
}

const garbage: [string, Uint8Array][] = [
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['random bytes', randomBytes(100_000)],
  ['a giant length', Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
  ['a frame of rubbish', frame(randomBytes(64))],
  ['an empty frame', frame(Buffer.alloc(0))],
  ['a hello that is too large', frame(Buffer.alloc(17 * 1024, 0x20))],
  ['a TLS hello that is cut off', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])],
  ['a TLS alert', Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])],
  ['frames without a hello', frame(encodeMessage({ kind: 'accept' }))],
  ['a hello of two messages', Buffer.concat([hello(), hello()])],
  ['a hello, then rubbish', Buffer.concat([hello(), frame(randomBytes(20))])],
  ['one byte', Buffer.from([0])],
  ['nothing', Buffer.alloc(0)],
];

describe.each([
  ['without a secret', []],
  ['with a secret', ['one']],
])('%s', (_, secrets) => {
  it('garbage costs its sender the connection, and the node nothing', async () => {
    const a = await node('a', { secrets, handshakeTimeoutMs: 300 });
    const b = await node('b', { secrets, seeds: [a.address] });
    const toA = await b.host.connected('a');
    await Promise.all(garbage.map(([, bytes]) => stranger(a.address, bytes).ended));
    const half = stranger(a.address, hello().subarray(0, 10));
    half.socket.end();
    const reset = stranger(a.address, hello());
    reset.socket.once('connect', () => reset.socket.resetAndDestroy());
    await Promise.all([half.ended, reset.ended]);
    toA.send(Buffer.from('still here'));
    await a.host.received('b', 1);
    expect(a.host.events).toEqual([{ kind: 'up', peer: 'b', incarnation: 1 }]);
    expect(warnings.some((line) => line.includes('speaks HTTP'))).toBe(true);
  });

  it('a crowd of silent connections is bounded, and a real peer joins once they time out', async () => {
    const a = await node('a', { secrets, handshakeTimeoutMs: 300, maxPendingHandshakes: 4 });
    const crowd = Array.from({ length: 12 }, () => stranger(a.address));
    const b = await node('b', { secrets, seeds: [a.address] });
    await Promise.all(crowd.map(({ ended }) => ended));
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    expect(warnings.filter((line) => line.includes('4 are not admitted yet'))).toHaveLength(1);
  });

  it('a seed that is another kind of server is named', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { host } = await node('a', { secrets, seeds: [address] });
    await host.until('it says so', () =>
      warnings.some((line) => line.includes(address) && line.includes('not a noex node')),
    );
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a peer made by hand', () => {
  /** Takes part in the handshake as the node with the greater id. */
  async function join(address: string, fields: Partial<HelloMessage> = {}) {
    const { socket, ended } = stranger(
      address,
      Buffer.concat([hello(fields), frame(encodeMessage({ kind: 'ready' }))]),
    );
    const kinds: string[] = [];
    const bytes = await new Promise<Buffer>((resolve) => {
      let all: Buffer = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        all = Buffer.concat([all, chunk]);
        kinds.splice(0, kinds.length, ...messages(all));
        if (kinds.length >= 2) resolve(all);
      });
      socket.once('close', () => resolve(all));
    });
    return { socket, ended, kinds, bytes };
  }

  function messages(bytes: Buffer): string[] {
    const kinds: string[] = [];
    for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt32BE(at)) {
      const message = decodeMessage(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
      if (message) kinds.push(message.kind === 'refuse' ? message.code : message.kind);
    }
    return kinds;
  }

  it('is replaced by its newer incarnation while the old connection still stands', async () => {
    const { host, address } = await node('a');
    const old = await join(address);
    expect(old.kinds).toEqual(['hello', 'accept']);
    const next = await join(address, { incarnation: 2 });
    expect(next.kinds).toEqual(['hello', 'accept']);
    expect(host.events).toEqual([
      { kind: 'up', peer: 'z', incarnation: 1 },
      { kind: 'down', peer: 'z', incarnation: 1, reason: 'connection_closed' },
      { kind: 'up', peer: 'z', incarnation: 2 },
    ]);
    await old.ended;
  });

  it.each<[string, Partial<HelloMessage>]>([
    ['duplicate', {}],
    ['stale_incarnation', { incarnation: 0 }],
    ['name_taken', { address: '127.0.0.1:10' }],
    ['name_contested', { incarnation: 2, address: '127.0.0.1:10' }],
    ['protocol_version', { id: 'y', protocol: { major: 2, minor: 0 } }],
    ['cluster_name', { id: 'y', clusterName: 'other' }],
    ['self', { id: 'a' }],
  ])('is refused as %s beside the one that is connected', async (code, fields) => {
    const { host, address } = await node('a');
    await join(address);
    const second = await join(address, fields);
    expect(second.kinds).toEqual(['hello', code]);
    await second.ended;
    expect(host.events).toHaveLength(1);
  });

  it('loses its connection when it announces a frame beyond the limit', async () => {
    const { host, address } = await node('a', { maxFrameBytes: 1_000 });
    const peer = await join(address);
    peer.socket.write(Buffer.concat([frame(Buffer.alloc(1_000)), Buffer.from([0, 0, 4, 0])]));
    await Promise.all([peer.ended, host.wentDown('z')]);
    expect(host.frames.get('z')).toHaveLength(1);
    expect(warnings.join('\n')).toMatch(/node "z" announced a frame of 1024 bytes, the limit is 1000/);
  });

  it('that neither reads nor leaves does not hold up a close for long', async () => {
    const { host, address } = await node('a', { maxFrameBytes: 2 ** 20, maxQueuedBytes: 2 ** 25 });
    const peer = await join(address);
    peer.socket.pause();
    const connection = host.connections.get('z')!;
    while (connection.send(new Uint8Array(2 ** 20)));
    expect(connection.queuedBytes).toBeGreaterThan(0);
    connection.close('graceful_shutdown');
    await host.wentDown('z');
    expect(host.downs('z')).toEqual(['graceful_shutdown']);
  });
});
