import type { ProcessRef } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { defineBehavior, LocalNode, plainDriver, type ProcessContext, type ProcessDown } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { createProbe } from './process-probe.js';

/** Sends, links or fails as it is told. */
const puppet = plainDriver(
  defineBehavior({
    name: 'puppet',
    init: () => null,
    handleCall: {
      ask: async (to: ProcessRef, state: null, ctx: ProcessContext) => [
        await ctx.call(to, 'price', 'A1'),
        state,
      ],
    },
    handleCast: {
      tell: (to: ProcessRef, state: null, ctx: ProcessContext) => (ctx.send(to, 'news', 1), state),
      link: (to: ProcessRef, state: null, ctx: ProcessContext) => (ctx.link(to), state),
      fail: (): null => {
        throw new Error('on purpose');
      },
    },
  }),
);

describe('a probe', () => {
  let node: LocalNode;
  beforeEach(() => (node = new LocalNode({ id: 'n1' })));
  afterEach(() => node.stop(0));

  it('keeps what it gets, with its kind, sender and headers, in order', async () => {
    const probe = await createProbe(node);
    const other = await node.spawn(puppet);
    node.cast(probe.ref, 'add', { sku: 'A1' }, { trace: 't1' });
    node.cast(other, 'tell', probe.ref);
    expect(await probe.receive('news')).toMatchObject({
      kind: 'info',
      name: 'news',
      payload: 1,
      from: other,
    });
    expect(probe.received).toMatchObject([
      { kind: 'cast', name: 'add', payload: { sku: 'A1' }, from: undefined, headers: { trace: 't1' } },
      { kind: 'info', name: 'news' },
    ]);
  });

  it('gives each message once, the oldest first, and waits for one that is still to come', async () => {
    const probe = await createProbe(node, 'mailer');
    expect(node.whereis('mailer')).toEqual(probe.ref);
    const [first, second] = [probe.receive('a'), probe.receive()];
    node.cast(probe.ref, 'a', 1);
    node.cast(probe.ref, 'b', 2);
    node.cast(probe.ref, 'a', 3);
    expect([await first, await second]).toMatchObject([{ payload: 1 }, { payload: 2 }]);
    expect(await probe.receive()).toMatchObject({ payload: 3 });
  });

  it('says what did come when the awaited message does not', async () => {
    const probe = await createProbe(node);
    await expect(probe.receive('a', 1)).rejects.toThrow(/no further "a" came .* within 1 ms; it got nothing/);
    node.cast(probe.ref, 'a', 0);
    node.cast(probe.ref, 'b', 0);
    await probe.receive('a');
    await expect(probe.receive('a', 1)).rejects.toThrow('it got cast "a" (taken), cast "b"');
    // Whoever gave up takes no message from those who come after.
    node.cast(probe.ref, 'a', 'late');
    expect(await probe.receive('a')).toMatchObject({ payload: 'late' });
  });

  it('answers calls with a value, a function of the payload, or what its promise gives', async () => {
    const probe = await createProbe(node);
    probe.answer('price', 5).answer('double', (n: number) => n * 2);
    const other = await node.spawn(puppet);
    expect(await node.call(other, 'ask', probe.ref)).toBe(5);
    expect(await probe.receive('price')).toMatchObject({ kind: 'call', payload: 'A1', from: other });
    expect(await node.call(probe.ref, 'double', 4)).toBe(8);

    let give = (_: number) => {};
    probe.answer('later', () => new Promise<number>((resolve) => (give = resolve)));
    const later = node.call(probe.ref, 'later', 0);
    await probe.receive('later');
    node.cast(probe.ref, 'meanwhile', 0);
    await probe.receive('meanwhile');
    give(9);
    expect(await later).toBe(9);
  });

  it('passes on what an answer throws, and refuses a call it has no answer for, which it keeps', async () => {
    const probe = await createProbe(node);
    probe.answer('add', () => {
      throw new Error('sold out');
    });
    await expect(node.call(probe.ref, 'add', 1)).rejects.toMatchObject({ code: 'remote_error' });
    probe.answer('add', () => Promise.reject(new Error('sold out later')));
    await expect(node.call(probe.ref, 'add', 1)).rejects.toThrow('sold out later');
    await expect(node.call(probe.ref, 'other', 1)).rejects.toMatchObject({ code: 'invalid_message' });
    expect(probe.received.map(({ name }) => name)).toEqual(['add', 'add', 'other']);
  });

  it('tells why a process ended, be it before or after it was asked', async () => {
    const probe = await createProbe(node);
    const other = await node.spawn(puppet);
    await expect(probe.down(other, 1)).rejects.toThrow(
      `process ${other.toString()} has not ended within 1 ms`,
    );
    const reason = probe.down(other);
    node.exit(other, 'shutdown');
    expect(await reason).toBe('shutdown');
    expect(await probe.down(other)).toBe('noproc');
  });

  it('outlives the processes it is linked to, and keeps the news of their end', async () => {
    const probe = await createProbe(node);
    const other = await node.spawn(puppet);
    node.cast(other, 'link', probe.ref);
    node.cast(other, 'fail', undefined);
    const { payload } = await probe.receive('EXIT');
    expect((payload as ProcessDown).reason).toMatchObject({ message: 'on purpose' });
    expect(node.isAlive(probe.ref)).toBe(true);
    probe.stop();
    expect(node.isAlive(probe.ref)).toBe(false);
  });
});

it('a probe of one node of a cluster gets what another one sends, and hears that it is lost', async () => {
  const network = new MemoryNetwork();
  const clusters = ['n1', 'n2'].map((nodeName) => new Cluster({ nodeName, transport: network.transport() }));
  const [a, b] = clusters as [Cluster, Cluster];
  const up = new Promise((resolve) => a.members.nodeUp.add(resolve));
  await Promise.all(clusters.map((cluster) => cluster.start()));
  await up;
  const [probe, other] = await Promise.all([createProbe(a), createProbe({ cluster: b })]);
  probe.answer('hello', 'world');
  expect(await b.call(probe.ref, 'hello', undefined, {}, other.ref)).toBe('world');
  expect(await probe.receive()).toMatchObject({ name: 'hello', from: other.ref });
  const reason = probe.down(other.ref);
  network.kill('n2');
  expect(await reason).toBe('noconnection');
  await Promise.all(clusters.map((cluster) => cluster.stop(0)));
});
