import { startCluster, type WorkerNode } from './support/worker-node.js';

const MINUTE_MS = 60_000;

describe('mutual seeds with default options', () => {
  let nodes: WorkerNode[] = [];
  afterEach(() => Promise.all(nodes.map((node) => node.destroy())));

  it(
    'stay up for a minute without a flap',
    async () => {
      nodes = await startCluster(['w1', 'w2', 'w3']);
      // The promise is about time itself, so this is the one test that lets time pass.
      await new Promise((resolve) => setTimeout(resolve, MINUTE_MS));
      for (const node of nodes) {
        expect([node.name, node.count('node_up'), node.count('node_down')]).toEqual([node.name, 2, 0]);
        await expect(node.metric('noex_connected_nodes')).resolves.toBe(2);
      }
    },
    2 * MINUTE_MS,
  );
});
