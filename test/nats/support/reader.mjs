// A node in a process of its own, which a test stops and lets go on. It says when it is up, and how many casts came, when asked.
import { Cluster } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { nats } from '@noex/transport-nats';

const { name, servers, secret, heartbeat } = JSON.parse(process.env.NATS_READER);
let count = 0;
let inOrder = true;
const log = [];
const write = (_, fields) => log.push(fields?.event);
const logger = { debug: write, info: write, warn: write, error: write };
const cluster = new Cluster({
  nodeName: name,
  transport: nats({ servers, secrets: [secret], logger }),
  logger,
  heartbeat,
  mailboxLimit: 1_000_000,
});
cluster.addBehavior(
  plainDriver({
    name: 'sink',
    init: () => 0,
    handleCast: {
      note: ({ n }, state) => {
        inOrder &&= n === count;
        count++;
        return state;
      },
    },
  }),
);
await cluster.start();
process.send({ up: true });
process.on('message', () => process.send({ count, inOrder, log }));
process.on('disconnect', () => process.exit(1));
