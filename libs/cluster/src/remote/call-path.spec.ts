import { ProcessRef } from '@noex/contracts';
import { defineBehavior, plainDriver, type ProcessContext } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { Cluster } from '../cluster.js';
import { readCallPath } from '../wire/call-path.codec.js';

const hopper = plainDriver(
  defineBehavior({
    name: 'hopper',
    init: () => null,
    handleCall: {
      hop: async (
        [next, ...rest]: ProcessRef[],
        state: null,
        ctx: ProcessContext,
      ): Promise<[unknown, null]> => [next ? await ctx.call(next, 'hop', rest) : String(ctx.from), state],
    },
    handleCast: { end: (reason: string, state: null, ctx: ProcessContext) => (ctx.stop(reason), state) },
  }),
);

async function twoNodes(): Promise<[Cluster, Cluster]> {
  const network = new MemoryNetwork();
  const clusters = ['n1', 'n2'].map((nodeName) => new Cluster({ nodeName, transport: network.transport() }));
  const up = clusters.map((cluster) => new Promise((resolve) => cluster.members.nodeUp.add(resolve)));
  for (const cluster of clusters) {
    cluster.addBehavior(hopper);
    await cluster.start();
  }
  await Promise.all(up);
  return clusters as [Cluster, Cluster];
}

describe('across nodes', () => {
  let clusters: Cluster[] = [];
  afterEach(() => Promise.all(clusters.map((cluster) => cluster.stop(100))));

  it('a call that would wait for itself fails at once, with its way in the error', async () => {
    const [one, two] = (clusters = await twoNodes()) as [Cluster, Cluster];
    const a = await one.spawn('hopper', { on: 'n1' });
    const b = await one.spawn('hopper', { on: 'n2' });
    const error = await two.call(a, 'hop', [b, a]).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'DeadlockError', remoteData: { path: [a, b, a].map(String) } });
  });

  it('a handler sees which process called it', async () => {
    const [one] = (clusters = await twoNodes()) as [Cluster, Cluster];
    const a = await one.spawn('hopper', { on: 'n1' });
    const b = await one.spawn('hopper', { on: 'n2' });
    await expect(one.call(a, 'hop', [b])).resolves.toBe(String(a));
    await expect(one.call(b, 'hop', [])).resolves.toBe('undefined');
  });

  it.each(['n1', 'n2'])('a spawn on "%s" can monitor the process from its first moment', async (on) => {
    const [one] = (clusters = await twoNodes()) as [Cluster, Cluster];
    const downs: unknown[] = [];
    let heard!: () => void;
    const down = new Promise<void>((resolve) => (heard = resolve));
    const ref = await one.spawn('hopper', {
      on,
      onDown: (reason) => {
        downs.push(reason);
        heard();
      },
    });
    one.cast(ref, 'end', 'done with it');
    await down;
    expect(downs).toEqual(['done with it']);
  });

  it('a process that ends as it starts is reported with its own reason, not as one that never was', async () => {
    const [one, two] = (clusters = await twoNodes()) as [Cluster, Cluster];
    const brief = plainDriver(
      defineBehavior({
        name: 'brief',
        init: (_: void, ctx: ProcessContext) => ctx.send(ctx.self, 'go'),
        handleInfo: {
          go: (_: void, state: boolean, ctx: ProcessContext) => (ctx.stop('at once'), state),
        },
      }),
    );
    const known = new Promise<void>((resolve) => {
      const announced = one.host.announced.bind(one.host);
      one.host.announced = (peer, announcement) => {
        announced(peer, announcement);
        resolve();
      };
    });
    two.addBehavior(brief);
    await known;
    const downs: unknown[] = [];
    const down = new Promise<void>((resolve) => {
      const onDown = (reason: unknown) => {
        downs.push(reason);
        resolve();
      };
      void one.spawn('brief', { on: 'n2', onDown });
    });
    await down;
    expect(downs).toEqual(['at once']);
  });
});

describe('a path from the wire', () => {
  it('loses what is not of its form', () => {
    const ref = new ProcessRef('n', 1, 2);
    expect(readCallPath([ref, 7])).toEqual([{ ref, turn: 7 }]);
    for (const wire of [undefined, 'x', [1, 2], [ref], [ref, 'x'], {}])
      expect(readCallPath(wire)).toEqual([]);
  });
});
