import { DrainingError } from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import { failure, memoryCluster, until } from './cluster.spec-support.js';
import type { Cluster } from './cluster.js';

describe('a spawn that a leaving node refuses', () => {
  const cart = plainDriver({ name: 'cart', init: () => null });
  const { start } = memoryCluster(() => [cart]);

  /** Three nodes, of which the first believes that the others take work whatever they say; those named refuse it. */
  async function three(leaving: readonly string[]): Promise<Record<'a' | 'b' | 'c', Cluster>> {
    const [a, b, c] = [await start('a'), await start('b'), await start('c')];
    await until('all are up', () => [a, b, c].every(({ members }) => members.size === 2));
    for (const node of [b, c]) if (leaving.includes(node.self.id)) void node.drain(60_000);
    await until('a knows', () => leaving.every((id) => a.members.get(id)!.draining));
    // As in the moment before it heard.
    for (const peer of a.members.values()) peer.draining = false;
    return { a, b, c };
  }
  const only =
    (...ids: string[]) =>
    (candidates: readonly { id: string; draining: boolean }[]) =>
      candidates.find(({ id }) => ids.includes(id))?.id;

  it('runs on another node, and its caller hears nothing of it', async () => {
    const { a, b } = await three(['b']);
    const ref = await a.spawn('cart', { on: only('b', 'c') });
    expect(ref.node).toBe('c');
    await until('b was told', () => b.host.leaving!.spawnsMoved === 1);
    expect(await b.stop(1_000)).toMatchObject({ spawnsRefused: 1, spawnsMoved: 1 });
  });

  it.each(['least-loaded', 'random', 'round-robin'] as const)('runs elsewhere by %s', async (on) => {
    const { a } = await three(['b', 'c']);
    for (let n = 0; n < 5; n++) {
      for (const peer of a.members.values()) peer.draining = false;
      expect((await a.spawn('cart', { on })).node).toBe('a');
    }
  });

  it('is refused to a caller that named the node', async () => {
    const { a } = await three(['b']);
    expect(await failure(a.spawn('cart', { on: 'b' }))).toBeInstanceOf(DrainingError);
  });

  it('is refused when nobody else is left, and every leaving node was asked once', async () => {
    const { a, b, c } = await three(['b', 'c']);
    const error = await failure(a.spawn('cart', { on: only('b', 'c') }));
    expect(error).toBeInstanceOf(DrainingError);
    expect([b, c].map(({ host }) => host.leaving!.spawnsRefused)).toEqual([1, 1]);
  });

  it('is not tried elsewhere for what another node could not do better: init that fails', async () => {
    const [a, b] = [await start('a'), await start('b')];
    let starts = 0;
    const bad = plainDriver({
      name: 'bad',
      init: () => {
        starts++;
        throw new Error('no');
      },
    });
    for (const node of [a, b]) node.addBehavior(bad);
    await until('a knows', () => a.members.get('b')?.behaviors.has('bad') === true);
    expect((await failure(a.spawn('bad', { on: only('b') }))).code).toBe('spawn_failed');
    expect(starts).toBe(1);
  });

  it('runs elsewhere also when the node says goodbye before it took the request', async () => {
    const { a, b } = await three([]);
    const spawned = a.spawn('cart', { on: only('b', 'c') });
    const peer = a.members.get('b')!;
    peer.saidGoodbye = true;
    peer.connection.close('graceful_shutdown');
    expect((await spawned).node).toBe('c');
    expect(b.node.processCount).toBeLessThanOrEqual(1);
  });
});
