import { ProcessRef, RemoteError, type ExitReason } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import { kill, linksOf, pairOfNodes, tableSize, type LinkWorld } from './links.spec-support.js';

let world: LinkWorld;
let a: Cluster;
let b: Cluster;
const { rest, linked, expectNoTrace } = pairOfNodes((...nodes) => ([world, a, b] = nodes));

describe('a link to a process of another node', () => {
  it.each<[string, ExitReason]>([
    ['shutdown', 'shutdown'],
    ['shutdown with a value', { shutdown: { code: 3 } }],
    ['bored', 'bored'],
  ])(
    'ends the other with the same reason, whichever of the two it was that linked: %s',
    async (_, reason) => {
      for (const first of [0, 1]) {
        const pair = await linked();
        const [ends, follows] = [pair[first]!, pair[1 - first]!];
        ends.context.stop(reason);
        await rest();
        expect([ends.ends, follows.ends]).toEqual([[reason], [reason]]);
        expectNoTrace();
      }
    },
  );

  it('ends the other with the error that the one threw', async () => {
    const [one, other] = await linked();
    one.context.stop(Object.assign(new TypeError('crashed'), { code: 'E_CRASH' }));
    await rest();
    expect(other.ends).toEqual([expect.any(RemoteError)]);
    expect(other.ends[0]).toMatchObject({ name: 'TypeError', message: 'crashed', remoteCode: 'E_CRASH' });
  });

  it('also where the reason cannot be sent: a crash stays a crash', async () => {
    const [one, other] = await linked();
    const [third, fourth] = await linked();
    one.context.stop(Object.assign(new TypeError('odd'), { data: { f: () => {} } }));
    third.context.stop({ shutdown: () => {} });
    await rest();
    expect(other.ends).toMatchObject([{ name: 'TypeError', message: 'odd' }]);
    expect(fourth.ends).toEqual(['shutdown']);
    expect(a.members.size).toBe(1);
  });

  it('does not end the other where the end is normal', async () => {
    const [one, other] = await linked();
    one.context.stop();
    await rest();
    expect([one.ends, other.ends]).toEqual([['normal'], []]);
    expectNoTrace(other);
  });

  it('tells a process that traps exits by a message: who ended and why, a kill as `killed`', async () => {
    const [one, other] = await linked({ trapA: true, trapB: true });
    const second = await world.spawn(b);
    one.context.link(second.ref);
    await rest();
    second.context.stop('normal');
    await rest();
    kill(other);
    await rest();
    expect(one.news).toEqual([
      [second.ref, 'normal'],
      [other.ref, 'killed'],
    ]);
    expect(one.ends).toEqual([]);
    expectNoTrace(one);
  });

  it('spreads from node to node and back, each process once', async () => {
    const chain = [await world.spawn(a)];
    for (let n = 0; n < 20; n++) {
      const next = await world.spawn(n % 2 === 0 ? b : a);
      next.context.link(chain.at(-1)!.ref);
      chain.push(next);
    }
    await rest();
    kill(chain[7]!);
    await rest();
    expect(chain.map(({ ends }) => ends)).toEqual(chain.map(() => ['killed']));
    expectNoTrace();
  });

  it('made twice, or by both at once, is one: it tells once, and one unlink undoes it', async () => {
    const [one, other] = await linked({ trapA: true });
    one.context.link(other.ref);
    other.context.link(one.ref);
    const third = await world.spawn(b);
    one.context.link(third.ref);
    third.context.link(one.ref);
    await rest();
    expect(tableSize(a)).toBe(2);
    one.context.unlink(third.ref);
    kill(other);
    kill(third);
    await rest();
    expect(one.news).toEqual([[other.ref, 'killed']]);
    expectNoTrace(one);
  });

  it('is seen at both ends by the observer', async () => {
    const [one, other] = await linked();
    expect([linksOf(one), linksOf(other)]).toEqual([[other.ref], [one.ref]]);
  });

  it.each<[string, (gone: ProcessRef, living: ProcessRef) => ProcessRef]>([
    ['has ended', (gone) => gone],
    ['never was', () => new ProcessRef('b', b.self.incarnation, 999)],
    [
      'is of an earlier life of the node',
      (_, { incarnation, id }) => new ProcessRef('b', incarnation - 1, id),
    ],
    ['has a number that no process has', () => new ProcessRef('b', b.self.incarnation, 2 ** 50)],
    ['has half a number', () => new ProcessRef('b', b.self.incarnation, 1.5)],
  ])('that %s is the exit `noproc`', async (_, target) => {
    const [gone, living] = [await world.spawn(b), await world.spawn(b)];
    kill(gone);
    const nobody = target(gone.ref, living.ref);
    const [plain, trapping] = [await world.spawn(a), await world.spawn(a, true)];
    for (const { context } of [plain, trapping]) context.link(nobody);
    await rest();
    expect([plain.ends, trapping.news]).toEqual([['noproc'], [[nobody, 'noproc']]]);
    expect(living.ends).toEqual([]);
    expectNoTrace(trapping, living);
  });

  it('whose node is not connected is the exit `noconnection`', async () => {
    const [plain, trapping] = [await world.spawn(a), await world.spawn(a, true)];
    const elsewhere = new ProcessRef('c', 1, 1);
    for (const { context } of [plain, trapping]) context.link(elsewhere);
    await rest();
    expect([plain.ends, trapping.news]).toEqual([['noconnection'], [[elsewhere, 'noconnection']]]);
  });

  it('by a handler that outlived its process is the exit `noproc` at the other end', async () => {
    const [one, other] = [await world.spawn(a), await world.spawn(b, true)];
    kill(one);
    one.context.link(other.ref);
    one.context.unlink(other.ref);
    await rest();
    expect(other.news).toEqual([[one.ref, 'noproc']]);
    expectNoTrace(other);
  });

  it('tells of the end after all that the process sent before', async () => {
    const [one, other] = await linked({ trapA: true });
    other.context.cast(one.ref, 'note', 'x'.repeat(300_000));
    for (let n = 0; n < 30; n++) other.context.cast(one.ref, 'note', `${n}`);
    other.context.stop('done');
    await rest();
    expect(one.news.map(([, what]) => String(what).slice(0, 10))).toEqual([
      'xxxxxxxxxx',
      ...Array.from({ length: 30 }, (_, n) => `${n}`),
      'done',
    ]);
  });
});

describe('when a node is lost', () => {
  it.each([
    ['killed', () => world.network.kill('b')],
    ['cut off', () => world.network.partition(['a'], ['b'])],
  ])(
    'every link with it is the exit `noconnection`, once, in one pass with its monitors: %s',
    async (_, lose) => {
      const others = await Promise.all(Array.from({ length: 10 }, () => world.spawn(b, true)));
      const [trapping, plain] = [await world.spawn(a, true), await world.spawn(a)];
      for (const { ref } of others) trapping.context.link(ref);
      others[0]!.context.link(plain.ref);
      await rest();
      const peer = a.members.get('b')!;
      const downs: ExitReason[] = [];
      a.monitor(others[0]!.ref, (reason) => downs.push(reason));
      let atNodeDown: unknown;
      a.members.nodeDown.add(
        () => (atNodeDown = [downs.length, a.node.observer.info(trapping.ref)!.mailboxDepth]),
      );
      lose();
      await rest();
      expect(atNodeDown).toEqual([1, 10]);
      expect(trapping.news).toEqual(others.map(({ ref }) => [ref, 'noconnection']));
      expect(plain.ends).toEqual(['noconnection']);
      expect([peer.links.size, linksOf(trapping)]).toEqual([0, []]);
    },
  );

  it('both ends of a link hear of it, and nothing more when the nodes meet again', async () => {
    const [one, other] = await linked({ trapA: true, trapB: true });
    world.network.disconnect('a', 'b');
    await rest();
    expect([a.members.size, b.members.size]).toEqual([1, 1]);
    kill(one);
    kill(other);
    await rest();
    expect([one.news, other.news]).toEqual([[[other.ref, 'noconnection']], [[one.ref, 'noconnection']]]);
    expectNoTrace();
  });

  it('its next life has none of the links of the one before', async () => {
    const [one, other] = await linked({ trapA: true });
    world.network.kill('b');
    const next = await world.start('b', { incarnation: b.self.incarnation + 1 });
    await rest();
    expect(a.members.get('b')!.identity.incarnation).toBe(next.self.incarnation);
    const successor = await world.spawn(next);
    expect(successor.ref.id).toBe(other.ref.id);
    kill(successor);
    await rest();
    kill(one);
    await rest();
    expect(one.news).toEqual([[other.ref, 'noconnection']]);
    expect([tableSize(a), tableSize(next)]).toEqual([0, 0]);
  });

  it('a node that leaves tells of the ends of its processes first', async () => {
    const [one, other] = await linked({ trapA: true });
    const left = b.stop(10);
    await rest();
    await left;
    expect(one.news).toEqual([[other.ref, 'shutdown']]);
  });
});
