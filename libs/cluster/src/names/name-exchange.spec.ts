import { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { FrameReader } from '../wire/frame-reader.js';
import { LamportClock } from './lamport-clock.js';
import { NameExchange, type NameExchangeParts } from './name-exchange.js';
import { NameWorld } from './names.spec-support.js';

let world: NameWorld;
beforeEach(() => void (world = new NameWorld()));
afterEach(() => world.close());

/** n1, and the link on which n2 may say to it whatever it likes. */
async function strangers() {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  return { n1, n2, link: n2.members.get('n1')! };
}

const payloads: [kind: keyof typeof FrameKind, payload: unknown][] = [
  ['NameAdd', 'leader'],
  ['NameAdd', [['leader', 1]]],
  ['NameAdd', [['x'.repeat(300), 1, 1]]],
  ['NameAdd', [['leader', 1, Infinity]]],
  ['NameRemove', [['leader', 'one']]],
  ['GroupJoin', [['workers']]],
  ['GroupJoin', [['x'.repeat(300), 1]]],
  ['GroupLeave', { workers: 1 }],
  ['NodesLost', 'n3'],
  ['NodesLost', ['x'.repeat(300)]],
  ['NodesForgotten', [5]],
];

describe('a peer that sends what makes no sense', () => {
  it.each(payloads)('as %s loses its connection, and nothing is kept of it: %j', async (kind, payload) => {
    const { n1, link } = await strangers();
    link.control((writer) => writer.plain(FrameKind[kind], payload));
    await world.clock.advance(30);
    expect(world.events('protocol_error')).toMatchObject([{ node: 'n1', peer: 'n2' }]);
    expect([n1.names.names(), n1.groups.groups(), n1.quorum.lost.filter((id) => id !== 'n2')]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it.each<[string, (link: Peer) => void]>([
    [
      'a request',
      (link) => link.control((to) => to.numbered(FrameKind.NameRequest, 1, { op: 'claim', name: 7 })),
    ],
    ['an answer', (link) => link.control((to) => to.numbered(FrameKind.NameReply, 1, 'yes'))],
    ['a number cut short', (link) => link.control((to) => to.plain(FrameKind.NameCancel, 1))],
  ])('as %s loses its connection', async (_, send) => {
    const { link } = await strangers();
    send(link);
    await world.clock.advance(30);
    expect(world.events('protocol_error')).toMatchObject([{ node: 'n1', peer: 'n2' }]);
  });

  it('keeps it where it only speaks of what nobody asked for', async () => {
    const { n1, link } = await strangers();
    link.control((to) => to.numbered(FrameKind.NameReply, 99, { yes: true, epoch: 1 }));
    link.control((to) => to.numbered(FrameKind.NameCancel, 99));
    link.control((to) => to.plain(FrameKind.NameRemove, [['nobody', 1]]));
    link.control((to) => to.plain(FrameKind.GroupLeave, [['nobody', 1]]));
    await world.clock.advance(30);
    expect(n1.members.size).toBe(1);
    expect(world.events('protocol_error')).toEqual([]);
  });

  it('speaks for its own processes only', async () => {
    const { n1, link } = await strangers();
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    link.control((to) => to.plain(FrameKind.NameRemove, [['leader', ref.id]]));
    link.control((to) => to.plain(FrameKind.NameAdd, [['other', ref.id, 1]]));
    await world.clock.advance(30);
    expect(n1.names.whereis('leader')).toEqual(ref);
    expect(n1.names.whereis('other')).toEqual(new ProcessRef('n2', 1, ref.id));
  });

  it('cannot push the time so far that names of others would be refused', async () => {
    const { n1, n2, link } = await strangers();
    link.control((to) => to.plain(FrameKind.NameAdd, [['absurd', 1, 2 ** 52]]));
    await world.clock.advance(30);
    const ref = await world.spawn(n1);
    await world.outcome(n1.names.register('leader', ref));
    await world.clock.advance(30);
    expect(n2.names.whereis('leader')).toEqual(ref);
    expect(world.events('protocol_error')).toEqual([]);
  });
});

it('no peer has more than 100,000 requests under way here: the rest is refused, and the others go on', () => {
  const replies: unknown[] = [];
  const control = (write: (to: unknown) => void) =>
    write({ numberedControl: (_: number, __: number, answer: unknown) => replies.push(answer) });
  const peers = ['n2', 'n3'].map((id) => ({ identity: { id, incarnation: 1 }, control }) as unknown as Peer);
  const register = jest.fn(() => new Promise<void>(() => {}));
  const listeners = { add: () => () => {} };
  const members = {
    nodeUp: listeners,
    nodeDown: listeners,
    get: (id: string) => peers.find((p) => p.identity.id === id),
  };
  const exchange = new NameExchange({
    members,
    register,
    node: { id: 'n1', incarnation: 1 },
    time: new LamportClock(),
  } as unknown as NameExchangeParts);
  const request = { op: 'register', name: 'leader', process: 1, onConflict: 'stop', timeoutMs: 1000 };
  const reader = { u32: () => 1, payload: () => request } as unknown as FrameReader;
  for (let n = 0; n <= 100_000; n++) exchange.receive(peers[0]!, FrameKind.NameRequest, reader);
  expect(register).toHaveBeenCalledTimes(100_000);
  expect(replies).toMatchObject([{ yes: false, error: { code: 'overloaded' } }]);
  exchange.receive(peers[1]!, FrameKind.NameRequest, reader);
  expect(register).toHaveBeenCalledTimes(100_001);
});

it('names travel in order with messages: who is told of a name by a message finds it', async () => {
  const [n1, n2] = (await world.mesh(2)) as [Cluster, Cluster];
  const [listener, ref] = [await world.spawn(n2), await world.spawn(n1)];
  const told = n1.names.register('leader', ref).then(() => n1.cast(listener, 'look', 'leader'));
  await world.outcome(told);
  await world.clock.advance(50);
  n1.node.exit(ref, 'kill');
  n1.cast(listener, 'look', 'leader');
  await world.clock.advance(50);
  expect(world.looks).toEqual([ref, undefined]);
});
