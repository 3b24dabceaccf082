import { connect, type Socket } from 'node:net';
import { PROTOCOL_VERSION } from '@noex/contracts';
import { VirtualClock, type TransportNode } from '@noex/testing';
import { HEADER_BYTES } from './frame-splitter.js';
import { decodeMessage, encodeMessage } from './handshake-messages.js';
import { TestNodes } from './test-nodes.spec-support.js';

const nodes = new TestNodes();
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await nodes.close();
});

/** Connects from an address of its own and says nothing. On some systems other loopback addresses have to be set up first. */
async function stranger({ address }: TransportNode, localAddress = '127.0.0.1') {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]), localAddress });
  sockets.push(socket);
  socket.on('error', () => {});
  const answer: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => answer.push(chunk));
  const ended = new Promise<Buffer>((resolve) => socket.once('close', () => resolve(Buffer.concat(answer))));
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { socket, ended };
}

const refused = (node: TransportNode, reason: string) => node.host.transport.refusals!.get(reason);

describe.each<[string, string[], number[]]>([
  ['without a secret', [], [0x00, 0x00, 0x01, 0x00, 0x4e]],
  ['with a secret', ['one'], [0x16, 0x03, 0x01, 0x02, 0x00]],
])('%s', (_, secrets, beginning) => {
  it('a crowd from one address keeps nobody at another address from joining', async () => {
    const a = await nodes.start('a', { secrets, maxPendingHandshakes: 8, maxPendingPerAddress: 4 });
    const crowd = await Promise.all(Array.from({ length: 12 }, () => stranger(a, '127.0.0.2')));
    await a.warned(/dropped a connection from 127\.0\.0\.2: 4 of its connections are not admitted yet/);
    const b = await nodes.start('b', { secrets, seeds: [a.address] });
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    expect(refused(a, 'address_limit')).toBe(8);
    expect(refused(a, 'pending_limit')).toBe(0);
    expect(crowd.filter(({ socket }) => !socket.closed)).toHaveLength(4);
  });

  it('crowds from many addresses are bounded by the limit of all', async () => {
    const a = await nodes.start('a', { secrets, maxPendingHandshakes: 8, maxPendingPerAddress: 4 });
    const crowdOf = (last: number) =>
      Promise.all(Array.from({ length: 4 }, () => stranger(a, `127.0.0.${last}`)));
    await crowdOf(2);
    await crowdOf(3);
    await Promise.all((await crowdOf(4)).map(({ ended }) => ended));
    await a.warned(/dropped a connection from 127\.0\.0\.4: 8 are not admitted yet/);
    expect([refused(a, 'pending_limit'), refused(a, 'address_limit')]).toEqual([4, 0]);
  });

  it('an address has its places back once its connections are over', async () => {
    const a = await nodes.start('a', { secrets, maxPendingPerAddress: 1 });
    for (let n = 0; n < 3; n++) {
      const { socket, ended } = await stranger(a, '127.0.0.2');
      socket.destroy();
      await ended;
    }
    const b = await nodes.start('b', { secrets, seeds: [a.address] });
    const c = await nodes.start('c', { secrets, seeds: [a.address] });
    await Promise.all([
      a.host.connected('b'),
      a.host.connected('c'),
      b.host.connected('a'),
      c.host.connected('a'),
    ]);
  });

  it.each([
    ['what a handshake begins with', beginning],
    ['nothing', []],
  ])('who sends a byte a second of %s is cut at the limit, to the millisecond', async (_case, bytes) => {
    const clock = new VirtualClock();
    const a = await nodes.start('a', { secrets, clock, handshakeTimeoutMs: 5_000 });
    const { socket, ended } = await stranger(a);
    // The server has it once its timer runs.
    while (clock.pending === 0) await clock.advance(0);
    for (let second = 0; second < 4; second++) {
      socket.write(Buffer.from(bytes.slice(second, second + 1)));
      await clock.advance(1_000);
    }
    await clock.advance(999);
    expect(refused(a, 'handshake_timeout')).toBe(0);
    await clock.advance(1);
    expect(refused(a, 'handshake_timeout')).toBe(1);
    await ended;
  });
});

describe('a node with a secret that is greeted in the clear', () => {
  const greeting = encodeMessage({
    kind: 'hello',
    id: 'chatty-stranger',
    incarnation: 1,
    clusterName: 'shop',
    protocol: PROTOCOL_VERSION,
    address: '10.9.8.7:65',
    features: [],
  });
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(greeting.length);

  it.each([
    ['a good hello', Buffer.concat([header, greeting])],
    ['the start of a hello', Buffer.concat([header, greeting]).subarray(0, 9)],
    ['a hello of rubbish', Buffer.concat([header, Buffer.alloc(greeting.length, 0x7b)])],
    ['a single byte', Buffer.from([0])],
  ])('reads nothing of %s: it names no one and gives one and the same answer', async (_case, bytes) => {
    const a = await nodes.start('a', { secrets: ['one'] });
    const { socket, ended } = await stranger(a);
    socket.write(bytes);
    const answer = await ended;
    expect(answer.readUInt32BE()).toBe(answer.length - HEADER_BYTES);
    expect(decodeMessage(answer.subarray(HEADER_BYTES))).toEqual({
      kind: 'refuse',
      code: 'wrong_secret',
      message: expect.stringMatching(/^it requires a CLUSTER_SECRET/),
    });
    await a.warned(/refused 127\.0\.0\.1: it connects without encryption/);
    expect(a.lines.join('\n')).not.toMatch(/chatty-stranger|10\.9\.8\.7/);
    expect(answer.toString()).not.toMatch(new RegExp(`chatty-stranger|${a.address}|shop`));
    expect(refused(a, 'wrong_secret')).toBe(1);
  });
});
