// Many nodes in one process, of still more in several. It says when all are up for each other, and afterwards what it is asked.
import { Cluster } from '@noex/cluster';
import { nats } from '@noex/transport-nats';

const { names, total, servers, heartbeat } = JSON.parse(process.env.NATS_MANY);
const downs = [];
const events = {};
/** By how much nodes stretched their patience with those they gave up, because their own event loop was late. */
const multipliers = [];

const write = (_, fields) => {
  events[fields?.event] = (events[fields?.event] ?? 0) + 1;
  if (fields?.event === 'peer_silent') multipliers.push(fields.localHealthMultiplier);
};
const logger = { debug: write, info: write, warn: write, error: write };

async function start(nodeName) {
  // Without a secret: two hundred keys made of one would only take their time.
  const transport = nats({ servers, logger, connectTimeoutMs: 60_000 });
  const cluster = new Cluster({ nodeName, transport, logger, heartbeat });
  cluster.members.nodeUp.add(() => noticed());
  cluster.members.nodeDown.add((id, reason) => downs.push({ node: nodeName, id, reason, atMs: Date.now() }));
  await cluster.start();
  return cluster;
}

let isWhole = false;
function noticed() {
  if (isWhole || !clusters?.every(({ members }) => members.size === total - 1)) return;
  isWhole = true;
  process.send({ wholeAtMs: Date.now() });
}

let clusters;
process.on('disconnect', () => process.exit(1));
clusters = await Promise.all(names.map(start));
noticed();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({
    downs,
    events,
    multipliers,
    cpuMs: (user + system) / 1_000,
    rssBytes: process.memoryUsage().rss,
  });
});
