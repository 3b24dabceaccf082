import { FOUND_MS, HEAL_MS, expectProgress, lasting, seconds, stage } from './support/scenario.js';

describe('faults of the network', () => {
  const scene = stage();

  it('a cut in one direction: both ends agree that they are apart, and find together again', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(3_000);
    await scene.network.link('n1', 'n2', { cut: true });
    const others = ['n3', 'n4', 'n5'].map((name) => cluster.node(name));
    const found = await cluster.until(
      'n1 and n2 do not see each other, and everybody else',
      () => cluster.sees('n1', others) && cluster.sees('n2', others),
      2 * FOUND_MS,
    );
    await lasting(5_000);
    await scene.network.heal();
    const whole = await cluster.whole(HEAL_MS);
    await lasting(2_000);
    scene.note(`found in ${seconds(found)}, whole in ${seconds(whole)}`, await cluster.verdict());
  });

  it('a partition of half a minute in which a node starts again: whole within 10 s of the healing', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(2_000);
    await scene.network.partition(['n1', 'n2'], ['n3', 'n4', 'n5']);
    await lasting(3_000);
    // The others have not noticed yet; half of them cannot.
    await cluster.node('n4').kill();
    const node = cluster.start('n4');
    const many = ['n3', 'n4', 'n5'].map((name) => cluster.node(name));
    await cluster.until('n4 is back on its side', () => cluster.sees('n4', many), HEAL_MS);
    await node.load();
    await lasting(25_000);
    await scene.network.heal();
    const whole = await cluster.whole(HEAL_MS);
    await lasting(2_000);
    scene.note(`whole in ${seconds(whole)}`, await cluster.verdict());
  });

  it('60 ms ± 15 ms and 5 % loss everywhere: work goes on, and no promise breaks', async () => {
    const cluster = await scene.cluster();
    await scene.network.link('*', '*', { delayMs: 60, jitterMs: 15, loss: 0.05 });
    await cluster.load();
    await lasting(20_000);
    await expectProgress(cluster, 5_000);
    await scene.network.heal();
    const whole = await cluster.whole(HEAL_MS);
    const { lost } = await scene.network.counts();
    scene.note(`${lost} packets lost so far, whole in ${seconds(whole)}`, await cluster.verdict());
  });

  it('a link that flaps, for moments and for longer than silence is borne', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    for (const [downMs, upMs] of FLAPS) {
      await scene.network.cut('n1', 'n2');
      await lasting(downMs);
      await scene.network.heal();
      await lasting(upMs);
    }
    const whole = await cluster.whole(HEAL_MS);
    await lasting(2_000);
    scene.note(`whole in ${seconds(whole)}`, await cluster.verdict());
  });
});

const FLAPS: readonly (readonly [downMs: number, upMs: number])[] = [
  [300, 200],
  [1_200, 100],
  [50, 50],
  [900, 400],
  [5_500, 1_500],
  [200, 100],
  [6_000, 300],
  [2_000, 50],
  [5_000, 0],
];
