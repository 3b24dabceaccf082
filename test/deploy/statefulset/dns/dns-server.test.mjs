import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { after, before, test } from 'node:test';
import { startDnsServer } from './dns-server.mjs';
import { zoneOf } from './zone.mjs';

const SERVICE = 'peers.noex.svc.cluster.local';
const peers = {
  metadata: { name: 'peers', namespace: 'noex' },
  spec: {
    clusterIP: 'None',
    selector: { app: 'mesh' },
    ports: [{ name: 'cluster', port: 4369, targetPort: 4369 }],
  },
};
const pods = (count) =>
  Array.from({ length: count }, (_, i) => ({
    name: `mesh-${i}`,
    subdomain: 'peers',
    address: `10.0.1.${i}`,
    labels: { app: 'mesh' },
    ports: [],
    isReady: true,
    isTerminating: false,
  }));

let count = 3;
let server;
const resolver = new Resolver();

before(async () => {
  server = await startDnsServer(() => zoneOf([peers], pods(count)), '127.0.0.1', 0);
  resolver.setServers([`127.0.0.1:${server.port}`]);
});
after(() => server.close());

test('a resolver gets every address, as they are now', async () => {
  assert.deepEqual((await resolver.resolve4(SERVICE)).sort(), ['10.0.1.0', '10.0.1.1', '10.0.1.2']);
  count = 1;
  assert.deepEqual(await resolver.resolve4(SERVICE), ['10.0.1.0']);
  assert.deepEqual(await resolver.resolve4(`mesh-0.${SERVICE}`), ['10.0.1.0']);
});

test('it gets services, also more than fit into one packet', async () => {
  count = 30;
  const services = await resolver.resolveSrv(`_cluster._tcp.${SERVICE}`);
  assert.equal(services.length, 30);
  assert.equal(services.find(({ name }) => name === `mesh-29.${SERVICE}`).port, 4369);
});

test('it is told what does not exist, and what has nothing of that type', async () => {
  await assert.rejects(resolver.resolve4('peers'), { code: 'ENOTFOUND' });
  await assert.rejects(resolver.resolve6(SERVICE), { code: 'ENODATA' });
});
