import { silentLogger, type PeerConnection, type PeerIdentity, type Transport } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { Cluster } from '../cluster.js';
import { FrameKind } from '../wire/frame-kind.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { PayloadCodec } from '../wire/payload-codec.js';

class Connection implements PeerConnection {
  readonly features = new Set<string>();
  readonly queuedBytes = 0;
  readonly sent: string[] = [];

  constructor(readonly peer: PeerIdentity) {}

  send(frame: Uint8Array): boolean {
    this.sent.push(Buffer.from(frame).toString('latin1'));
    return true;
  }

  close(): void {}
}

const identity = (id: string): PeerIdentity => ({ id, incarnation: 1, address: `test:${id}` });

async function node(random: () => number, discovers = false) {
  const clock = new VirtualClock();
  const learned: string[] = [];
  const transport: Transport = {
    maxFrameBytes: 16 * 2 ** 20,
    discovers,
    start: async () => 'test:a',
    learn: (peers) => void learned.push(...peers.map(({ id }) => id)),
    close: async () => {},
  };
  const heartbeat = { timeoutMs: Infinity };
  const cluster = new Cluster({ nodeName: 'a', transport, clock, random, heartbeat, logger: silentLogger });
  await cluster.start();
  const connect = (id: string, peers: readonly PeerIdentity[] = []) => {
    const connection = new Connection(identity(id));
    cluster.host.peerUp(connection);
    const writer = new FrameWriter(new PayloadCodec(), 2 ** 20);
    writer.plain(FrameKind.Announce, { behaviors: ['cart'], draining: false, peers });
    cluster.host.frame(connection, writer.batch());
    return connection;
  };
  return { cluster, clock, learned, connect };
}

it('passes on what a peer says of others, but for those it knows and itself', async () => {
  const { cluster, learned, connect } = await node(() => 0);
  connect('b');
  connect('c', [identity('a'), identity('b'), identity('d')]);
  expect(learned).toEqual(['d']);
  await cluster.stop(10);
});

it('passes on a newer life of a node that is known in an older one, so that it is found at once', async () => {
  const { cluster, learned, connect } = await node(() => 0);
  connect('b');
  connect('c', [{ ...identity('b'), incarnation: 2 }]);
  connect('d', [{ ...identity('b'), incarnation: 0 }]);
  expect(learned).toEqual(['b']);
  await cluster.stop(10);
});

it('tells a peer at random again whom it knows, so that a dial that came to nothing is made up for', async () => {
  let at = 0;
  const { cluster, clock, connect } = await node(() => at);
  const [b, c] = [connect('b'), connect('c')];
  await new Promise(setImmediate);
  const told = async () => {
    b.sent.length = c.sent.length = 0;
    await clock.advance(10_000);
    await new Promise(setImmediate);
    return [b, c].map(({ sent }) => sent.some((frame) => frame.includes('test:')));
  };
  expect(await told()).toEqual([true, false]);
  at = 0.99;
  expect(await told()).toEqual([false, true]);
  await cluster.stop(10);
  expect(await told()).toEqual([false, false]);
});

it('tells nobody of others where the transport finds them by itself', async () => {
  const { cluster, clock, connect } = await node(() => 0, true);
  const [b, c] = [connect('b'), connect('c')];
  await new Promise(setImmediate);
  await clock.advance(60_000);
  await new Promise(setImmediate);
  expect([b, c].map(({ sent }) => sent.length > 0)).toEqual([true, true]);
  expect([b, c].map(({ sent }) => sent.some((frame) => frame.includes('test:')))).toEqual([false, false]);
  await cluster.stop(10);
});
