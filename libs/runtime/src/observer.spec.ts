import type { ProcessRef } from '@noex/contracts';
import { LocalNode } from './local-node.js';
import { defineBehavior, plainDriver } from './plain-behavior.js';
import type { ProcessContext } from './process-context.js';

const worker = plainDriver(
  defineBehavior({
    name: 'worker',
    init: (count: number | undefined) => ({ count: count ?? 0 }),
    handleCall: {
      add: (by: number, state: { count: number }) => [state.count + by, { count: state.count + by }],
      spawnChild: async (_: void, state: { count: number }, ctx: ProcessContext) => [
        await ctx.spawnLink('worker'),
        state,
      ],
      watch: (other: ProcessRef, state: { count: number }, ctx: ProcessContext) => {
        ctx.monitor(other);
        ctx.register('watcher');
        return [undefined, state];
      },
    },
  }),
);

async function setup() {
  const node = new LocalNode({ id: 'n' });
  node.addBehavior(worker);
  const ref = await node.spawn('worker');
  return { node, ref, observer: node.observer };
}

describe('the observer', () => {
  it('shows what a process did and what waits for it', async () => {
    const { node, ref, observer } = await setup();
    await node.call(ref, 'add', 2);
    await node.call(ref, 'add', 3);
    observer.suspend(ref);
    node.cast(ref, 'nothing', 1);
    node.cast(ref, 'nothing', 2);
    expect(observer.info(ref)).toMatchObject({
      ref,
      behavior: 'worker',
      status: 'idle',
      suspended: true,
      stateName: undefined,
      mailboxDepth: 2,
      mailboxHighWater: 2,
      handled: 2,
      parent: undefined,
    });
    expect(observer.info(ref)!.busyMs).toBeGreaterThan(0);
    expect(observer.getState(ref)).toEqual({ count: 5 });
  });

  it('shows names, links and monitors', async () => {
    const { node, ref, observer } = await setup();
    const child = (await node.call(ref, 'spawnChild', undefined)) as ProcessRef;
    await node.call(ref, 'watch', child);
    expect(observer.info(ref)).toMatchObject({ names: ['watcher'], links: [child], monitors: [child] });
    expect(observer.info(child)).toMatchObject({ links: [ref], monitoredBy: 1, parent: ref });
  });

  it('shows who started whom', async () => {
    const { node, ref, observer } = await setup();
    const child = (await node.call(ref, 'spawnChild', undefined)) as ProcessRef;
    const grandchild = (await node.call(child, 'spawnChild', undefined)) as ProcessRef;
    const other = await node.spawn('worker');
    const shape = (trees: ReturnType<typeof observer.tree>): unknown[] =>
      trees.map((tree) => [tree.ref.id, shape([...tree.children])]);
    expect(shape(observer.tree())).toEqual([
      [ref.id, [[child.id, [[grandchild.id, []]]]]],
      [other.id, []],
    ]);
    expect([...observer.list()].map((info) => info.ref.id)).toEqual([
      ref.id,
      child.id,
      grandchild.id,
      other.id,
    ]);
  });

  it('holds a suspended process still until it is resumed, but not against a stop', async () => {
    const { node, ref, observer } = await setup();
    observer.suspend(ref);
    let answered = false;
    const call = node.call(ref, 'add', 1).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    observer.resume(ref);
    await call;

    observer.suspend(ref);
    const down = new Promise((resolve) => node.monitor(ref, resolve));
    node.exit(ref, 'shutdown');
    await expect(down).resolves.toBe('shutdown');
  });

  it('knows no process that has ended', async () => {
    const { node, ref, observer } = await setup();
    node.exit(ref, 'kill');
    expect(observer.info(ref)).toBeUndefined();
    expect(() => observer.getState(ref)).toThrow(/no process/);
  });
});
