import { HEAL_MS, lasting, NODES, seconds, stage } from './support/scenario.js';

const BUSY = { mix: 'plain', retry: true, everyMs: 8 } as const;

describe('a rolling restart (SIGTERM) under load', () => {
  const scene = stage();

  it('costs clients that try again what did not run no call at all', async () => {
    const cluster = await scene.cluster();
    await cluster.load(BUSY);
    await lasting(2_000);
    const reports = [];
    const times = [];
    for (const name of NODES) {
      const { ledger, report } = await cluster.node(name).leave();
      expect({ name, ...ledger }).toMatchObject({ name, callsLost: 0, processesKilled: 0 });
      reports.push(report);
      const node = cluster.start(name);
      times.push(await cluster.whole(HEAL_MS));
      await node.load(BUSY);
      await lasting(1_000);
    }
    await Promise.all(cluster.living.map((node) => node.stopLoad()));
    reports.push(...(await cluster.reports()).values());
    for (const { failed, gaveUp } of reports) expect({ failed, gaveUp }).toEqual({ failed: {}, gaveUp: 0 });
    const events = await cluster.verdict();
    const downs = new Set(events.flatMap((event) => (event.kind === 'node_down' ? [event.reason] : [])));
    expect([...downs]).toEqual(['graceful_shutdown']);
    const retried = reports.flatMap((report) => Object.values(report.retried)).reduce((a, b) => a + b, 0);
    scene.note(`${retried} calls tried again, whole in at most ${seconds(Math.max(...times))}`, events);
  });
});
