import { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { FrameWriter } from '../wire/frame-writer.js';
import { kill, linksOf, pairOfNodes, tableSize, type LinkWorld, type Puppet } from './links.spec-support.js';

let world: LinkWorld;
let a: Cluster;
let b: Cluster;
const { rest, linked, expectNoTrace } = pairOfNodes((...nodes) => ([world, a, b] = nodes));

describe('unlink', () => {
  it.each<[string, (one: Puppet, other: Puppet) => void]>([
    ['the one that linked', (one, other) => one.context.unlink(other.ref)],
    ['the other one', (one, other) => other.context.unlink(one.ref)],
    ['both at once', (one, other) => (one.context.unlink(other.ref), other.context.unlink(one.ref))],
  ])('by %s ends the link for both, and leaves nothing', async (_, undo) => {
    const [one, other] = await linked({ trapA: true, trapB: true });
    undo(one, other);
    await rest();
    expectNoTrace(one, other);
    kill(one);
    kill(other);
    await rest();
    expect([one.news, other.news]).toEqual([[], []]);
  });

  it('is final also where an exit is under way', async () => {
    const [one, other] = await linked({ trapA: true });
    world.network.pause('a');
    kill(other);
    await rest();
    one.context.unlink(other.ref);
    world.network.resume('a');
    await rest();
    expect([one.news, one.ends]).toEqual([[], []]);
    expectNoTrace(one);
  });

  it('is final also where the node is lost before it heard of it', async () => {
    const [one, other] = await linked({ trapA: true });
    one.context.unlink(other.ref);
    world.network.partition(['a'], ['b']);
    await rest();
    expect(one.news).toEqual([]);
    expectNoTrace(one);
  });

  it('wins over a link that the other makes before it hears of it', async () => {
    const [one, other] = await linked({ trapA: true, trapB: true });
    one.context.unlink(other.ref);
    other.context.unlink(one.ref);
    other.context.link(one.ref);
    await rest();
    expectNoTrace(one, other);
    kill(one);
    await rest();
    expect(other.news).toEqual([]);
  });

  it('and link anew, before the other has heard of either, is a link', async () => {
    const [one, other] = await linked({ trapA: true });
    for (let n = 0; n < 3; n++) {
      one.context.unlink(other.ref);
      one.context.link(other.ref);
    }
    await rest();
    expect([linksOf(one), linksOf(other)]).toEqual([[other.ref], [one.ref]]);
    kill(other);
    await rest();
    expect(one.news).toEqual([[other.ref, 'killed']]);
    expectNoTrace(one);
  });

  it('counts when the last one is confirmed: what the other sent before it arrived makes no link', async () => {
    const [one, other] = await linked();
    world.network.pause('a');
    one.context.unlink(other.ref);
    one.context.link(other.ref);
    await rest();
    // The other has confirmed the first unlink, which waits, and does not know of the second.
    one.context.unlink(other.ref);
    other.context.unlink(one.ref);
    other.context.link(one.ref);
    await rest();
    world.network.resume('a');
    await rest();
    expectNoTrace(one, other);
  });

  it('of a process that it is not linked to is nothing', async () => {
    const [one, other] = [await world.spawn(a), await world.spawn(b)];
    one.context.unlink(other.ref);
    one.context.unlink(new ProcessRef('c', 1, 1));
    await rest();
    expectNoTrace(one, other);
  });
});

describe('a peer', () => {
  /** Says something to `a` in the name of `b`. */
  const say = (write: (writer: FrameWriter) => void) => b.members.get('a')!.control(write);

  it('that speaks of links that are not there does no harm', async () => {
    const [one, other] = await linked({ trapA: true });
    say((to) => to.link(FrameKind.Link, 5, 999));
    say((to) => to.link(FrameKind.Unlink, 5, one.ref.id, 1));
    say((to) => to.link(FrameKind.Unlinked, 5, one.ref.id, 1));
    say((to) => to.link(FrameKind.Unlinked, other.ref.id, one.ref.id, 0));
    say((to) => to.linkExit(5, one.ref.id, 'killed'));
    await rest();
    expect([one.news, linksOf(one), tableSize(a)]).toEqual([[], [other.ref], 1]);
    expect(a.members.size).toBe(1);
  });

  it('speaks only for its own processes', async () => {
    const c = await world.start('c');
    await rest();
    const [one, other] = await linked({ trapA: true });
    const numbers = Array.from({ length: other.ref.id }, () => world.spawn(c));
    const third = (await Promise.all(numbers)).at(-1)!;
    expect(third.ref.id).toBe(other.ref.id);
    one.context.link(third.ref);
    await rest();
    say((to) => to.linkExit(other.ref.id, one.ref.id, 'boom'));
    await rest();
    expect(one.news).toEqual([[other.ref, 'boom']]);
    expect(linksOf(one)).toEqual([third.ref]);
  });

  it.each<[string, (to: FrameWriter) => void]>([
    ['Link', (to) => to.numbered(FrameKind.Link, 1)],
    ['Unlink', (to) => to.link(FrameKind.Unlink, 1, 1)],
    ['Unlinked', (to) => to.link(FrameKind.Unlinked, 1, 1)],
    ['LinkExit', (to) => to.numbered(FrameKind.LinkExit, 1)],
  ])('that cuts a message short loses its connection, and its links with it: %s', async (_, write) => {
    const [one, other] = await linked({ trapA: true });
    say(write);
    await rest();
    expect(one.news).toEqual([[other.ref, 'noconnection']]);
    expectNoTrace(one);
  });
});
