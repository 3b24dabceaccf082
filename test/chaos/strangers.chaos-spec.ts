import { lasting, NODES, stage } from './support/scenario.js';
import { Stranger } from './support/stranger.js';

describe('strangers', () => {
  const scene = stage([...NODES, 'stranger']);

  it('a port scanner, garbage writers and silent connections cost the cluster not one call', async () => {
    const cluster = await scene.cluster();
    await cluster.load({ mix: 'plain' });
    await lasting(1_000);
    const stranger = new Stranger(scene.network, NODES);
    try {
      await lasting(10_000);
    } finally {
      await stranger.leave();
    }
    await Promise.all(cluster.living.map((node) => node.stopLoad()));
    for (const [name, { ok, failed }] of await cluster.reports()) {
      expect({ name, failed }).toEqual({ name, failed: {} });
      expect(ok).toBeGreaterThan(0);
    }
    const events = await cluster.verdict();
    expect(events.filter(({ kind }) => kind === 'node_down')).toEqual([]);
    for (const count of Object.values(stranger.attempts)) expect(count).toBeGreaterThan(0);
    scene.note(`bore ${JSON.stringify(stranger.attempts)}`, events);
  });
});
