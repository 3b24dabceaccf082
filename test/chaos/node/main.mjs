// START HERE. One node of the cluster under test, an OS process of its own, with the defaults a user has. It takes orders over IPC
// and writes down what happens to it; what it is told stands in the environment variable CHAOS_NODE (see support/chaos-node.ts).
import { join } from 'node:path';
import { Cluster } from '@noex/cluster';
import { tcp } from '@noex/transport-tcp';
import { blast } from './blast.mjs';
import { openHistory, openLog } from './history.mjs';
import { Load } from './load.mjs';
import { ownerDriver, workerDriver } from './processes.mjs';

const LEAVE_BUDGET_MS = 5000;

const { name, host, port, seeds, secret, directory } = JSON.parse(process.env.CHAOS_NODE);
const logger = openLog(join(directory, `${name}.log`));
const transport = tcp({ host, port, seeds, secrets: [secret], logger });
const cluster = new Cluster({ nodeName: name, transport, logger });
const record = openHistory(join(directory, `${name}.history`), name, cluster.self.incarnation);

const incarnations = new Map();
const peers = () =>
  cluster
    .nodes()
    .filter(({ local }) => !local)
    .map(({ id, incarnation }) => ({ id, incarnation }));
const tellPeers = () => process.send?.({ news: 'peers', peers: peers() });

cluster.members.nodeUp.add(({ id, incarnation }) => {
  incarnations.set(id, incarnation);
  record('node_up', { peer: id, peerIncarnation: incarnation });
  tellPeers();
});
cluster.members.nodeDown.add((id, reason) => {
  record('node_down', { peer: id, peerIncarnation: incarnations.get(id), reason });
  tellPeers();
});

cluster.addBehavior(workerDriver(cluster, record));
cluster.addBehavior(ownerDriver(cluster, record), false);
record('started');
await cluster.start();
const load = new Load(cluster, record, await cluster.spawn('owner', { on: 'local' }));
let target;

const orders = {
  load: (options) => load.start(options),
  stopLoad: () => load.stop(),
  report: () => load.report,
  windDown: ({ withinMs }) => load.windDown(withinMs),
  view() {
    const processes = [...cluster.node.observer.list()].map(({ ref }) => ref.toString());
    const workers = [...cluster.node.observer.list()].filter(({ behavior }) => behavior === 'worker');
    record('view', { peers: peers(), processes });
    return workers.map(({ ref }) => ref.toString());
  },
  /** Starts the worker that `blast` sends to, while its node can still do so. */
  async aim({ peer }) {
    target = await load.spawn(peer);
    return target !== undefined;
  },
  blast: (options) => blast(load, target, options),
  stats: () => ({ ...cluster.stats(), drops: Object.fromEntries(cluster.node.drops.entries()) }),
};

process.on('message', async ({ id, order, options }) => {
  try {
    process.send?.({ id, result: await orders[order](options ?? {}) });
  } catch (error) {
    process.send?.({ id, error: error.stack });
  }
});

// Whoever gave the orders is gone.
process.on('disconnect', () => process.exit(1));

process.on('SIGTERM', async () => {
  await load.stop();
  await cluster.drain(LEAVE_BUDGET_MS);
  const ledger = await cluster.stop(LEAVE_BUDGET_MS);
  record('stopped');
  process.send({ news: 'left', ledger, report: load.report }, () => process.exit(0));
});

process.send({ news: 'started', incarnation: cluster.self.incarnation });
