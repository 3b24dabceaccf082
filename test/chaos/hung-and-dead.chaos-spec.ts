import { FOUND_MS, HEAL_MS, lasting, seconds, stage } from './support/scenario.js';

describe('nodes that hang or die', () => {
  const scene = stage();

  it('a node that hangs (SIGSTOP) is down for the others, and is back within 10 s of SIGCONT', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(3_000);
    const hung = cluster.node('n3');
    hung.signal('SIGSTOP');
    const others = cluster.living.filter((node) => node !== hung);
    const found = await cluster.until(
      'the others do not see n3',
      () => others.every(({ name }) => cluster.sees(name, others)),
      FOUND_MS,
    );
    await lasting(3_000);
    hung.signal('SIGCONT');
    const whole = await cluster.whole(HEAL_MS);
    await lasting(2_000);
    scene.note(`found in ${seconds(found)}, whole in ${seconds(whole)}`, await cluster.verdict());
  });

  it('a killed node (SIGKILL) that starts again under its name is a new life, within 10 s', async () => {
    const cluster = await scene.cluster();
    await cluster.load();
    await lasting(2_000);
    const times: string[] = [];
    for (const name of ['n2', 'n4']) {
      await cluster.node(name).kill();
      await cluster.whole(HEAL_MS);
      const node = cluster.start(name);
      times.push(seconds(await cluster.whole(HEAL_MS)));
      await node.load();
      await lasting(2_000);
    }
    scene.note(`whole ${times.join(' and ')} after the start`, await cluster.verdict());
  });
});
