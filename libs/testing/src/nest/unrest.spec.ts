import { Cluster } from '@noex/cluster';
import { defineBehavior, plainDriver } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { VirtualClock } from '../virtual-clock.js';
import { Reach } from './reach.js';
import { movements, progress, wrongViews, type LiveNode } from './unrest.js';

/** Two nodes that see each other, whose network moves only with the clock. */
async function pair() {
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ clock });
  const node = (id: string, incarnation: number): LiveNode => ({
    id,
    cluster: new Cluster({ nodeName: id, transport: network.transport(), clock, incarnation }),
  });
  const [a, b] = [node('a', 1), node('b', 2)];
  await Promise.all([a.cluster.start(), b.cluster.start()]);
  await clock.advance(10);
  return { clock, network, nodes: [a, b], a, b };
}

const texts = (nodes: readonly LiveNode[], reach: Reach) => wrongViews(nodes, reach).map(({ text }) => text);

describe('what is wrong with what nodes see', () => {
  it('is nothing while each sees exactly those it can reach', async () => {
    const { nodes } = await pair();
    expect(wrongViews(nodes, new Reach())).toEqual([]);
  });

  it('is a node that is seen across a partition, or gone, or not seen, or in an earlier life', async () => {
    const { clock, network, nodes, a, b } = await pair();
    const reach = new Reach();
    reach.partition(['a'], ['b'], 'cut');
    expect(texts(nodes, reach)).toEqual([
      'a still sees b, which it cannot reach',
      'b still sees a, which it cannot reach',
    ]);
    expect(texts([a], new Reach())).toEqual(['a still sees b, which is gone']);

    const newer = { id: 'b', cluster: { self: { incarnation: 3 }, members: new Map() } } as never;
    expect(texts([a, newer], new Reach())).toEqual([
      'a still sees b in an earlier incarnation',
      'b does not see a',
    ]);
    network.partition(['a'], ['b']);
    await clock.advance(10);
    expect(wrongViews(nodes, new Reach())).toEqual([
      { node: 'a', other: 'b', text: 'a does not see b' },
      { node: 'b', other: 'a', text: 'b does not see a' },
    ]);
    expect(b.cluster.members.size).toBe(0);
  });
});

describe('what moves', () => {
  it('is what is under way, unless a fault holds it back', async () => {
    const { nodes, a, b } = await pair();
    const reach = new Reach();
    expect(movements(nodes, reach)).toEqual([]);
    a.cluster.members.get('b')!.control((writer) => writer.plain(7));
    await new Promise(setImmediate);
    expect(movements(nodes, reach)).toEqual([expect.stringMatching(/^a → b: \d+ bytes are under way$/)]);
    reach.pause('b');
    expect(movements([a, b], reach)).toEqual([]);
  });

  it('is a process at work, but neither an idle one nor one that is suspended', async () => {
    const { nodes, a } = await pair();
    const reach = new Reach();
    let finish = () => {};
    const slow = plainDriver(
      defineBehavior({
        name: 'slow',
        init: () => null,
        handleCast: { work: () => new Promise<null>((resolve) => (finish = () => resolve(null))) },
      }),
    );
    const { node } = a.cluster;
    const ref = await node.spawn(slow);
    expect(movements(nodes, reach)).toEqual([]);
    const before = progress(nodes);
    node.cast(ref, 'work', 1);
    node.cast(ref, 'work', 2);
    await new Promise(setImmediate);
    expect(progress(nodes)).toBeGreaterThan(before);
    expect(movements(nodes, reach)).toEqual([
      `a: process ${ref.toString()} ("slow") is busy, 1 messages wait for it`,
    ]);
    node.observer.suspend(ref);
    finish();
    await new Promise(setImmediate);
    expect(movements(nodes, reach)).toEqual([]);
  });
});
