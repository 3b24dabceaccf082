import { ComplianceHost, type TransportNode } from '@noex/testing';
import { NatsServer } from './nats-server.spec-support.js';
import { NatsNodes } from './nats-nodes.spec-support.js';
import { nats } from './nats.transport.js';
import { TcpDoor } from './tcp-door.spec-support.js';

let server: NatsServer;
const nodes = new NatsNodes(() => server.url);

beforeEach(async () => void (server = await NatsServer.start()));
afterEach(async () => {
  await nodes.close();
  await server.close();
});

const numbered = (n: number) => {
  const frame = Buffer.alloc(100);
  frame.writeUInt32BE(n);
  return frame;
};
const numbers = (node: TransportNode, from: string) =>
  (node.host.frames.get(from) ?? []).map((frame) => Buffer.from(frame).readUInt32BE());

describe('a server that is restarted', () => {
  it('costs no session, no frame and no order, and repeats nothing', async () => {
    const [a, b] = await nodes.pair();
    const [toB, toA] = [a.host.connections.get('b')!, b.host.connections.get('a')!];
    let sent = 0;
    for (let round = 0; round < 3; round++) {
      // Some of these are under way when the server dies, some are sent before the client notices, some while it is gone.
      for (let n = 0; n < 500; n++, sent++)
        expect([toB.send(numbered(sent)), toA.send(numbered(sent))]).toEqual([true, true]);
      if (round === 1) await b.host.until('some are here', () => (b.host.frames.get('a')?.length ?? 0) > 500);
      await server.kill();
      for (let n = 0; n < 500; n++, sent++)
        expect([toB.send(numbered(sent)), toA.send(numbered(sent))]).toEqual([true, true]);
      await Promise.all([a.logged(/nats_disconnected/, round + 1), b.logged(/nats_disconnected/, round + 1)]);
      for (let n = 0; n < 500; n++, sent++)
        expect([toB.send(numbered(sent)), toA.send(numbered(sent))]).toEqual([true, true]);
      await server.start();
      await Promise.all([a.host.received('b', sent), b.host.received('a', sent)]);
    }
    expect(numbers(b, 'a')).toEqual([...Array(sent).keys()]);
    expect(numbers(a, 'b')).toEqual([...Array(sent).keys()]);
    expect([a.host.downs('b'), b.host.downs('a')]).toEqual([[], []]);
  });

  it('is waited for with a bounded queue: then frames are refused, and all that was taken arrives', async () => {
    const [a, b] = await nodes.pair({ maxFrameBytes: 2 ** 16, maxQueuedBytes: 2 ** 18 });
    const toB = a.host.connections.get('b')!;
    await server.kill();
    await a.logged(/nats_disconnected/);
    const frame = Buffer.alloc(10_000);
    let taken = 0;
    while (toB.send(frame)) expect(++taken * frame.length).toBeLessThan(2 ** 18);
    expect(taken).toBeGreaterThan(10);
    await server.start();
    await Promise.all([
      a.host.until('there is room', () => a.host.events.some(({ kind }) => kind === 'writable')),
      b.host.received('a', taken),
    ]);
    expect(b.host.frames.get('a')).toHaveLength(taken);
  });

  it('is found by nodes that start meanwhile, within the time they have for it', async () => {
    await server.kill();
    const starting = nodes.start('a');
    await server.start();
    await nodes.start('b');
    await (await starting).host.connected('b');
  });
});

it('a server that does not come is an error that says where it was looked for', async () => {
  await server.kill();
  const transport = nats({ servers: server.url, connectTimeoutMs: 1 });
  await expect(transport.start(new ComplianceHost(transport, { id: 'a' }))).rejects.toMatchObject({
    code: 'cluster_start',
    message: expect.stringContaining(`127.0.0.1:${server.port}: connection refused; set NATS_URL`),
  });
});

it('what was on its way to a node whose connection is cut arrives all the same, once and in order', async () => {
  const door = await TcpDoor.open(server.port);
  const a = await nodes.start('a');
  const b = await nodes.start('b', { servers: `nats://127.0.0.1:${door.port}` });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  const toB = a.host.connections.get('b')!;
  let sent = 0;
  for (let round = 1; round <= 3; round++) {
    // The server has handed these over, and b never gets them.
    door.swallow();
    for (let n = 0; n < 100; n++) toB.send(numbered(sent++));
    await door.swallowed(100 * 100);
    door.cut();
    for (let n = 0; n < 100; n++) toB.send(numbered(sent++));
    await b.host.received('a', sent);
    await b.logged(/nats_reconnected/, round);
  }
  expect(numbers(b, 'a')).toEqual([...Array(sent).keys()]);
  expect([a.host.downs('b'), b.host.downs('a')]).toEqual([[], []]);
  door.close();
});

it('a node has two subscriptions, however many peers it has', async () => {
  const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => nodes.start(id)));
  const others = (node: TransportNode) => all.filter((other) => other !== node);
  await Promise.all(all.flatMap((node) => others(node).map(({ host }) => node.host.connected(host.self.id))));
  expect(await server.subscriptions()).toEqual([2, 2, 2, 2, 2]);
});

it('a restarted node has its name back at once where the earlier life has crashed', async () => {
  const door = await TcpDoor.open(server.port);
  const a = await nodes.start('a');
  const first = await nodes.start('b', { servers: `nats://127.0.0.1:${door.port}` });
  await a.host.connected('b');
  door.close();
  await first.logged(/nats_disconnected/);
  const next = await nodes.start('b', {}, { incarnation: 2 });
  await Promise.all([a.host.connected('b', 2), next.host.connected('a')]);
  expect(a.host.events.map(({ kind, incarnation }) => `${kind} ${incarnation}`)).toEqual([
    'up 1',
    'down 1',
    'up 2',
  ]);
});

it('of two live nodes of one name the later one is refused, and both say so', async () => {
  const a = await nodes.start('a');
  const first = await nodes.start('b');
  await a.host.connected('b');
  const second = await nodes.start('b', {}, { incarnation: 2 });
  await Promise.all([
    a.warned(/two live nodes are named "b"/),
    second.warned(/two live nodes are named "b"/),
    first.warned(/two live nodes are named "b"/),
  ]);
  expect([a.host.downs('b'), second.host.events]).toEqual([[], []]);
});
