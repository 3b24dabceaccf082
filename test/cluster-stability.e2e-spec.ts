import { startCluster, type WorkerNode } from './support/worker-node.js';

/** Several times what it takes to find a hung node. STABILITY_SECONDS for more. */
const QUIET_MS = Number(process.env['STABILITY_SECONDS'] ?? 20) * 1_000;

describe('mutual seeds with default options', () => {
  let nodes: WorkerNode[] = [];
  afterEach(() => Promise.all(nodes.map((node) => node.destroy())));

  it(
    'stay up without a flap',
    async () => {
      nodes = await startCluster(['w1', 'w2', 'w3']);
      // The promise is about time itself, so this is the one test that lets time pass.
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
      for (const node of nodes) {
        expect([node.name, node.count('node_up'), node.count('node_down')]).toEqual([node.name, 2, 0]);
        await expect(node.metric('noex_connected_nodes')).resolves.toBe(2);
      }
    },
    QUIET_MS + 60_000,
  );
});
