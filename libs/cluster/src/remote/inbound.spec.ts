import type { Cluster } from '../cluster.js';
import { RoundTrip } from '../membership/round-trip.js';
import { FrameKind } from '../wire/frame-kind.js';
import { connect, listen, writer, type Connection } from './inbound.spec-support.js';

let warnings: unknown[];

async function listening(): Promise<Cluster> {
  const listener = await listen();
  warnings = listener.warnings;
  return listener.cluster;
}

const huge = (kind: number, ...body: number[]) => Buffer.from([0, 0, 0, body.length + 1, kind, ...body]);

describe('a frame that makes no sense', () => {
  const call = () => {
    const to = writer();
    to.call(1, 5000, 1, 'echo', [1, 2, 3], 2, { h: 'x' });
    return Buffer.from(to.batch());
  };
  it.each<[string, () => Uint8Array]>([
    ['a header cut short', () => Buffer.from([0, 0, 0])],
    ['no kind', () => Buffer.from([0, 0, 0, 0])],
    ['length 0', () => Buffer.from([0, 0, 0, 0, FrameKind.Goodbye])],
    ['a length beyond the frame', () => Buffer.from([0, 0, 0, 9, FrameKind.Goodbye])],
    ['a length of 4 GB', () => Buffer.from([255, 255, 255, 255, FrameKind.Goodbye, 0])],
    ['a call cut short', () => call().subarray(0, -1)],
    ['a name nobody bound', () => call().subarray(11)],
    ['a name bound twice', () => Buffer.concat([call().subarray(0, 11), call().subarray(0, 11)])],
    ['a payload of 4 billion items', () => huge(FrameKind.Announce, 0xdd, 255, 255, 255, 255)],
    ['a payload with a tail', () => huge(FrameKind.Announce, 0xc0, 0xc0)],
    ['a reply without a number', () => huge(FrameKind.Heartbeat, 1, 2)],
    ['an echo without its time', () => huge(FrameKind.Heartbeat, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3)],
  ])('closes its connection, and no other: %s', async (_, frame) => {
    const cluster = await listening();
    const [bad, good] = [connect(cluster, 'bad'), connect(cluster, 'good')];
    cluster.host.frame(bad, frame());
    expect(bad.closed).toBe('connection_closed');
    expect(good.closed).toBeUndefined();
    expect(warnings).toMatchObject([{ event: 'protocol_error', peer: 'bad' }]);
    cluster.host.peerDown(bad, 'connection_closed');
    const ref = await cluster.spawn('cart', { on: 'local' });
    const to = writer();
    to.call(7, 0, ref.id, 'echo', 'fine', undefined, undefined);
    cluster.host.frame(good, to.batch());
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(good.sent.at(-1)!.toString('latin1')).toContain('fine');
    await cluster.stop(10);
  });
});

it('kinds of a newer minor version are skipped and counted', async () => {
  const cluster = await listening();
  const peer = connect(cluster, 'newer');
  const to = writer();
  to.plain(200, { what: 'ever' });
  to.plain(201, { what: 'else' });
  to.numbered(FrameKind.Heartbeat, 42);
  cluster.host.frame(peer, to.batch());
  expect(peer.closed).toBeUndefined();
  expect(cluster.node.drops.get('unknown_kind')).toBe(2);
  // Once for each peer.
  expect(warnings).toEqual([{ event: 'unknown_kind', peer: 'newer', kind: 200 }]);
  expect(cluster.members.get('newer')!.load).toBe(42);
  await cluster.stop(10);
});

describe('a heartbeat', () => {
  it('tells the load, and with an echo of our stamp the round trip', async () => {
    const cluster = await listening();
    const peer = connect(cluster, 'b');
    const { roundTrip } = cluster.members.get('b')!.liveness!;
    const to = writer();
    to.heartbeat(42, 7, undefined);
    cluster.host.frame(peer, to.batch());
    expect([cluster.members.get('b')!.load, roundTrip.lastMs]).toEqual([42, undefined]);
    to.clear();
    // Sent two seconds ago, by this node's clock, and held for one and a half.
    to.heartbeat(43, 8, { stamp: RoundTrip.stamp(performance.now() - 2000), heldFor: 1_500_000 });
    cluster.host.frame(peer, to.batch());
    const [, node] = cluster.nodes();
    expect(node).toMatchObject({ id: 'b', load: 43, phi: 0 });
    expect(node!.roundTripMs).toBeGreaterThanOrEqual(499);
    expect(node!.roundTripMs).toBeLessThan(1000);
    await cluster.stop(10);
  });

  it('of a newer minor version may say more than this release reads', async () => {
    const cluster = await listening();
    const peer = connect(cluster, 'newer');
    cluster.host.frame(peer, huge(FrameKind.Heartbeat, 0, 0, 0, 9, ...Array<number>(20).fill(1)));
    expect(peer.closed).toBeUndefined();
    expect(cluster.members.get('newer')!.load).toBe(9);
    await cluster.stop(10);
  });
});

describe('a message in chunks', () => {
  const inChunks = (write: (to: ReturnType<typeof writer>) => void) => {
    const to = writer();
    write(to);
    const frames: Buffer[] = [];
    while (to.size > 0) {
      frames.push(Buffer.from(to.batch(30)));
      to.accept();
    }
    return frames;
  };

  it('counts when it is whole; what comes in between counts at once', async () => {
    const cluster = await listening();
    const peer = connect(cluster, 'large');
    const frames = inChunks((to) =>
      to.plain(FrameKind.Announce, { behaviors: ['x'.repeat(100)], draining: false, peers: [] }),
    );
    expect(frames.length).toBeGreaterThan(4);
    const urgent = writer();
    urgent.numbered(FrameKind.Heartbeat, 42);
    for (const [i, frame] of frames.entries()) {
      expect(cluster.members.get('large')!.behaviors).toEqual(new Set(['cart']));
      cluster.host.frame(peer, frame);
      if (i === 1) cluster.host.frame(peer, urgent.batch());
      if (i === 1) expect(cluster.members.get('large')!.load).toBe(42);
    }
    expect(cluster.members.get('large')!.behaviors).toEqual(new Set(['x'.repeat(100)]));
    expect(peer.closed).toBeUndefined();
    await cluster.stop(10);
  });

  const chunk = (left: number, ...bytes: number[]) => huge(FrameKind.Chunk, 0, 0, 0, left, ...bytes);
  it.each<[string, () => Buffer]>([
    ['is another chunk', () => chunk(10, 0, 0, 0, 6, FrameKind.Chunk, 0, 0, 0, 100, 7)],
    ['is more than one', () => chunk(10, 0, 0, 0, 1, FrameKind.Goodbye, 0, 0, 0, 1, FrameKind.Goodbye)],
    ['is none', () => chunk(3, 0, 0, 0)],
    ['has no kind', () => chunk(4, 0, 0, 0, 0)],
    ['is announced as larger than a message may be', () => huge(FrameKind.Chunk, 255, 255, 255, 255, 0)],
    ['has lost a part', () => Buffer.concat([chunk(9, 0, 0, 0, 5), chunk(4, 1)])],
  ])('closes its connection where it %s', async (_, frame) => {
    const cluster = await listening();
    const peer = connect(cluster, 'odd');
    cluster.host.frame(peer, frame());
    expect(peer.closed).toBe('connection_closed');
    expect(warnings).toMatchObject([{ event: 'protocol_error', peer: 'odd' }]);
    await cluster.stop(10);
  });
});

it('answers nobody asked for are ignored', async () => {
  const cluster = await listening();
  const peer = connect(cluster, 'odd');
  const to = writer();
  for (const kind of [FrameKind.Reply, FrameKind.Failed, FrameKind.Threw])
    to.numbered(kind, 9, { code: 'noproc' });
  for (const kind of [FrameKind.SpawnFailed, FrameKind.SpawnTaken, FrameKind.SpawnUndo]) to.numbered(kind, 9);
  for (const kind of [FrameKind.Down, FrameKind.Demonitor]) to.numbered(kind, 9);
  to.aboutProcess(FrameKind.Spawned, 9, 1);
  to.exit(99, 'kill');
  cluster.host.frame(peer, to.batch());
  expect([peer.closed, cluster.node.drops.get('late_reply')]).toEqual([undefined, 3]);
  await cluster.stop(10);
});

it('frames of a connection that is gone are ignored', async () => {
  const cluster = await listening();
  const peer = connect(cluster, 'gone');
  cluster.host.peerDown(peer, 'connection_closed');
  cluster.host.frame(peer, Buffer.from([1]));
  cluster.host.writable(peer);
  expect([peer.closed, warnings]).toEqual([undefined, [{ event: 'node_down', ...last(peer) }]]);
  await cluster.stop(10);

  function last({ peer: { id, incarnation } }: Connection) {
    return { peer: id, incarnation, reason: 'connection_closed' };
  }
});

it('what is nonsense after a goodbye counts no more', async () => {
  const cluster = await listening();
  const peer = connect(cluster, 'leaving');
  const close = peer.close.bind(peer);
  peer.close = (reason) => {
    close(reason);
    cluster.host.peerDown(peer, reason);
  };
  const to = writer();
  to.plain(FrameKind.Goodbye);
  cluster.host.frame(peer, Buffer.concat([to.batch(), Buffer.from([1, 2, 3])]));
  expect(peer.closed).toBe('graceful_shutdown');
  expect(warnings).toEqual([]);
  await cluster.stop(10);
});

it.each<[string, (cluster: Cluster, peer: Connection) => void]>([
  ['is taken back', (cluster, peer) => cluster.host.frame(peer, demonitor())],
  ["'s node is lost", (cluster, peer) => cluster.host.peerDown(peer, 'connection_closed')],
])('a monitor that %s leaves the process it watched', async (_, end) => {
  const cluster = await listening();
  const peer = connect(cluster, 'watcher');
  const cancel = jest.fn();
  jest.spyOn(cluster.node, 'monitor').mockImplementation((target) => ({ target, cancel }));
  const to = writer();
  to.aboutProcess(FrameKind.Monitor, 4, 1);
  cluster.host.frame(peer, to.batch());
  expect(cancel).not.toHaveBeenCalled();
  end(cluster, peer);
  expect(cancel).toHaveBeenCalledTimes(1);
  jest.restoreAllMocks();
  await cluster.stop(10);
});

function demonitor(): Buffer {
  const to = writer();
  to.numbered(FrameKind.Demonitor, 4);
  return to.batch();
}
