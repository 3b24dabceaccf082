import type { ProcessRef } from '@noex/contracts';
import { defineBehavior, plainDriver, type ProcessContext } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { Cluster } from '../cluster.js';

let order: unknown[];
let isDown: Promise<void>;
let heardDown: () => void;
let clusters: Cluster[];

const speaker = plainDriver(
  defineBehavior({
    name: 'speaker',
    init: () => null,
    handleCast: {
      lastWords: (to: ProcessRef, state: null, ctx: ProcessContext) => {
        for (let n = 0; n < 30; n += 2) {
          ctx.cast(to, 'note', n);
          ctx.send(to, 'note', n + 1);
        }
        ctx.stop('done');
        return state;
      },
    },
  }),
);

const listener = plainDriver(
  defineBehavior({
    name: 'listener',
    init: () => null,
    handleCall: { watch: (to: ProcessRef, state: null, ctx) => [ctx.monitor(to), state] },
    handleCast: { note: (n: number, state: null) => (order.push(n), state) },
    handleInfo: { note: (n: number, state: null) => (order.push(n), state) },
    handleDown: ({ reason }, state) => {
      order.push(reason);
      heardDown();
      return state;
    },
  }),
);

beforeEach(async () => {
  order = [];
  isDown = new Promise((resolve) => (heardDown = resolve));
  const network = new MemoryNetwork();
  clusters = ['n1', 'n2'].map((nodeName) => new Cluster({ nodeName, transport: network.transport() }));
  const up = clusters.map((cluster) => new Promise((resolve) => cluster.members.nodeUp.add(resolve)));
  for (const cluster of clusters) {
    cluster.addBehavior(speaker);
    cluster.addBehavior(listener);
    await cluster.start();
  }
  await Promise.all(up);
});

afterEach(() => Promise.all(clusters.map((cluster) => cluster.stop(100))));

it('the news of an end comes after all that the process sent to the one that watches it', async () => {
  const [one] = clusters as [Cluster, Cluster];
  const here = await one.spawn('listener', { on: 'n1' });
  const there = await one.spawn('speaker', { on: 'n2' });
  await one.call(here, 'watch', there);
  one.cast(there, 'lastWords', here);
  await isDown;
  expect(order).toEqual([...Array.from({ length: 30 }, (_, n) => n), 'done']);
});
