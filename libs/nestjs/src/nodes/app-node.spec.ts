import { Registry } from 'prom-client';
import type { NodeHealth } from '../health/node-health.js';
import { AppNode, nodesHealth, nodesRegistries } from './app-node.js';
import type { AppNodes } from './app-nodes.js';

describe('what pages show', () => {
  const part = (ownName: string | undefined) =>
    new AppNode({ ownName } as AppNodes, { of: ownName } as unknown as NodeHealth, new Registry());
  const [plain, eu] = [part(undefined), part('eu')];
  let shown: AppNode[];
  const nodes = { represented: () => shown } as unknown as AppNodes;
  beforeEach(() => void (shown = [plain!, eu!]));

  it('is the health of each node that is represented, by its name', () => {
    expect([...nodesHealth(nodes)()]).toEqual([
      ['noex', plain!.health],
      ['noex:eu', eu!.health],
    ]);
  });

  it('is the registry of each', () => {
    const read = nodesRegistries(nodes);
    expect(read()).toEqual([plain!.registry, eu!.registry]);
    // Nodes do not come while the app runs: it is found once.
    shown = [];
    expect(read()).toHaveLength(2);
  });
});
