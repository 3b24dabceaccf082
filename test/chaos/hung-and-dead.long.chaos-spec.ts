import { HEAL_MS, lasting, NODES, seconds, stage } from './support/scenario.js';

describe('nodes that hang or die, the longer ones', () => {
  const scene = stage();

  it('a node that hangs for less than silence is borne stays up', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(2_000);
    for (let i = 0; i < 3; i++) {
      cluster.node('n2').signal('SIGSTOP');
      await lasting(1_500);
      cluster.node('n2').signal('SIGCONT');
      await lasting(1_500);
    }
    const events = await cluster.verdict();
    expect(events.filter(({ kind }) => kind === 'node_down')).toEqual([]);
    scene.note('nobody went down', events);
  });

  it('a killed node that starts again at once, before all have noticed', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(2_000);
    for (let i = 0; i < 3; i++) {
      // The hung ones cannot notice.
      cluster.node('n1').signal('SIGSTOP');
      await cluster.node('n5').kill();
      const node = cluster.start('n5');
      await cluster.until('n5 runs', () => node.started, HEAL_MS);
      cluster.node('n1').signal('SIGCONT');
      await cluster.whole(HEAL_MS);
      await node.load();
      await lasting(1_000);
    }
    scene.note('three lives later', await cluster.verdict());
  });

  it('all nodes are killed and started at once: the mesh is whole within 10 s', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(3_000);
    await Promise.all(NODES.map((name) => cluster.node(name).kill()));
    for (const name of NODES) cluster.start(name);
    const whole = await cluster.whole(HEAL_MS);
    await cluster.load();
    await lasting(3_000);
    scene.note(`whole ${seconds(whole)} after the start`, await cluster.verdict());
  });
});
