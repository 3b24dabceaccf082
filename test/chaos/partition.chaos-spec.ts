import type { ChaosCluster } from './support/chaos-cluster.js';
import { FOUND_MS, HEAL_MS, expectProgress, lasting, seconds, stage } from './support/scenario.js';

/** Each of these nodes has exactly the others of them as peers. */
const seeOnlyEachOther = (cluster: ChaosCluster, names: readonly string[]): boolean =>
  names.every((name) =>
    cluster.sees(
      name,
      names.map((other) => cluster.node(other)),
    ),
  );

describe('a partition 2|3', () => {
  const scene = stage();

  it('leaves each side at work, and the mesh is whole within 10 s of the healing', async () => {
    const cluster = await scene.cluster();
    const few = ['n1', 'n2'];
    const many = ['n3', 'n4', 'n5'];
    await cluster.load();
    await lasting(3_000);
    await scene.network.partition(few, many);
    const found = await cluster.until(
      'each side sees only itself',
      () => seeOnlyEachOther(cluster, few) && seeOnlyEachOther(cluster, many),
      FOUND_MS,
    );
    await expectProgress(cluster, 4_000);
    await scene.network.heal();
    const whole = await cluster.whole(HEAL_MS);
    await lasting(2_000);
    scene.note(`found in ${seconds(found)}, whole in ${seconds(whole)}`, await cluster.verdict());
  });
});
