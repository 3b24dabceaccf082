import {
  silentLogger,
  type NodeDownReason,
  type PeerConnection,
  type PeerIdentity,
  type Transport,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { Cluster } from '../cluster.js';
import { FrameKind } from '../wire/frame-kind.js';
import { FrameWriter } from '../wire/frame-writer.js';
import { PayloadCodec } from '../wire/payload-codec.js';

class Connection implements PeerConnection {
  readonly queuedBytes = 0;
  readonly sent: Buffer[] = [];
  closed: NodeDownReason | undefined;

  constructor(readonly peer: PeerIdentity) {}

  send(frame: Uint8Array): boolean {
    this.sent.push(Buffer.from(frame));
    return true;
  }

  close(reason: NodeDownReason): void {
    this.closed ??= reason;
  }
}

const transport: Transport = {
  maxFrameBytes: 16 * 2 ** 20,
  start: async () => 'test:a',
  learn: () => {},
  close: async () => {},
};

const codec = new PayloadCodec();
const writer = () => new FrameWriter(codec, 2 ** 20);

let warnings: unknown[];

async function listening(): Promise<Cluster> {
  warnings = [];
  const logger = { ...silentLogger, warn: (_: string, fields?: object) => warnings.push(fields) };
  // These peers send no heartbeats.
  const heartbeat = { timeoutMs: Infinity };
  const cluster = new Cluster({ nodeName: 'a', transport, incarnation: 1, logger, heartbeat });
  cluster.addBehavior(
    plainDriver({ name: 'cart', init: () => null, handleCall: { echo: (x) => [x, null] } }),
  );
  await cluster.start();
  return cluster;
}

const announcement = (() => {
  const to = writer();
  to.plain(FrameKind.Announce, { behaviors: ['cart'], draining: false, peers: [] });
  return to.batch();
})();

let lives = 0;
function connect(cluster: Cluster, id: string): Connection {
  const connection = new Connection({ id, incarnation: ++lives, address: `test:${id}` });
  cluster.host.peerUp(connection);
  cluster.host.frame(connection, announcement);
  return connection;
}

describe('a frame that makes no sense', () => {
  const call = () => {
    const to = writer();
    to.call(1, 5000, 1, 'echo', [1, 2, 3], 2, { h: 'x' });
    return Buffer.from(to.batch());
  };
  const huge = (kind: number, ...body: number[]) => {
    const bytes = Buffer.from([0, 0, 0, body.length + 1, kind, ...body]);
    return bytes;
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
  to.numbered(FrameKind.Heartbeat, 42);
  cluster.host.frame(peer, to.batch());
  expect(peer.closed).toBeUndefined();
  expect(cluster.node.drops.get('unknown_kind')).toBe(1);
  expect(cluster.members.get('newer')!.load).toBe(42);
  await cluster.stop(10);
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

describe('20,000 broken frames', () => {
  /** Numbers that look random and are the same in every run (mulberry32). */
  function numbers(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) % below;
    };
  }

  /** Real frames: every kind, alone and together, with every sort of payload. */
  function realFrames(): Buffer[] {
    const payloads: unknown[] = [
      undefined,
      { a: [1, 'two', { three: 3n }], __proto_: 1, constructor: { prototype: { polluted: 1 } } },
      JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
      new Map<unknown, unknown>([[new Set([1]), new Date(5)]]),
      Object.assign(new TypeError('m', { cause: new Error('why') }), { code: 1 }),
      [Float64Array.of(1, 2), Buffer.from('abc'), /a+/g, -0, NaN, undefined, 2n ** 80n],
      { behaviors: ['cart'], draining: true, peers: [{ id: 'x', incarnation: 1, address: 'x:1' }] },
      { args: { owner: 'eva' }, name: 'n' },
      'x'.repeat(300),
    ];
    const frames: Buffer[] = [];
    for (const payload of payloads) {
      const all = writer();
      const each: ((to: FrameWriter) => void)[] = [
        (to) => to.call(1, 5000, 1, 'echo', payload, 3, { h: 'x' }),
        (to) => to.message(FrameKind.Cast, 1, '__proto__', payload, undefined, undefined),
        (to) => to.message(FrameKind.Info, 2, 'tick', payload, 1, { t: '1' }),
        (to) => to.spawn(2, 5000, 'cart', payload),
        (to) => to.aboutProcess(FrameKind.Spawned, 3, 4),
        (to) => to.aboutProcess(FrameKind.Monitor, 4, 1),
        (to) => to.exit(1, payload),
        (to) => to.plain(FrameKind.Announce, payload),
        ...[FrameKind.Reply, FrameKind.Failed, FrameKind.Threw, FrameKind.SpawnFailed, FrameKind.Down].map(
          (kind) => (to: FrameWriter) => to.numbered(kind, 1, payload),
        ),
        ...[FrameKind.SpawnTaken, FrameKind.SpawnUndo, FrameKind.Demonitor, FrameKind.Heartbeat].map(
          (kind) => (to: FrameWriter) => to.numbered(kind, 1),
        ),
      ];
      for (const write of each) {
        const one = writer();
        write(one);
        write(all);
        frames.push(Buffer.from(one.batch()));
      }
      frames.push(Buffer.from(all.batch()));
    }
    return frames;
  }

  function broken(real: readonly Buffer[], below: (n: number) => number): Buffer {
    const frame = Buffer.from(real[below(real.length)]!);
    switch (below(8)) {
      case 0: // any bytes at all
        return Buffer.from(Array.from({ length: below(200) }, () => below(256)));
      case 1: // cut short
        return frame.subarray(0, below(frame.length));
      case 2: // bytes in the middle missing
        return Buffer.concat([frame.subarray(0, below(frame.length)), frame.subarray(below(frame.length))]);
      case 3: // two frames mixed
        return Buffer.concat([frame.subarray(0, below(frame.length)), real[below(real.length)]!]);
      case 4: {
        // a length that lies
        const at = below(Math.max(1, frame.length - 4));
        frame.writeUInt32BE([0xffff_ffff, 0x7fff_ffff, 0, 0x0100_0000, below(1000)][below(5)]!, at);
        return frame;
      }
      case 5: // another kind
        frame[4] = below(25);
        return frame;
      default:
        for (let n = 1 + below(6); n > 0; n--) frame[below(frame.length)] = below(256);
        return frame;
    }
  }

  it('never throw, pollute nothing, take no memory, and cost only their own connection', async () => {
    const cluster = await listening();
    const good = connect(cluster, 'good');
    const real = realFrames();
    const below = numbers(20_260_101);
    const before = process.memoryUsage();
    let bad = connect(cluster, 'bad');
    let closed = 0;
    let worst = 0;
    for (let i = 0; i < 20_000; i++) {
      cluster.host.frame(bad, broken(real, below));
      if (i % 100 === 0) {
        const { heapUsed, external } = process.memoryUsage();
        worst = Math.max(worst, heapUsed + external - before.heapUsed - before.external);
        await new Promise(setImmediate);
      }
      if (bad.closed === undefined) continue;
      closed++;
      cluster.host.peerDown(bad, bad.closed);
      bad = connect(cluster, 'bad');
    }
    expect(closed).toBeGreaterThan(5_000);
    expect(worst).toBeLessThan(400e6);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(good.closed).toBeUndefined();
    expect(cluster.members.get('good')).toBeDefined();

    const ref = await cluster.spawn('cart', { on: 'local' });
    const to = writer();
    to.call(7, 0, ref.id, 'echo', 'still fine', undefined, undefined);
    cluster.host.frame(good, to.batch());
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(good.sent.at(-1)!.toString('latin1')).toContain('still fine');
    await cluster.stop(10);
  }, 10_000);
});
