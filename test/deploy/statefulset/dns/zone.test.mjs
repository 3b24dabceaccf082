import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookUp, zoneOf } from './zone.mjs';

const peers = {
  metadata: { name: 'peers', namespace: 'noex' },
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { app: 'mesh' },
    ports: [
      { name: 'cluster', port: 4369, targetPort: 'cluster' },
      { name: 'other', port: 1, targetPort: 'nowhere' },
    ],
  },
};
const front = {
  metadata: { name: 'front', namespace: 'noex' },
  spec: { ...peers.spec, clusterIP: undefined },
};
const pod = (name, address, isReady = true) => ({
  name,
  subdomain: 'peers',
  address,
  isReady,
  isTerminating: false,
  labels: { app: 'mesh' },
  ports: [{ name: 'cluster', containerPort: 4369 }],
});
const pods = [pod('mesh-0', '10.0.0.1'), pod('mesh-1', '10.0.0.2', false)];
const zone = zoneOf([peers, front], pods);
const addresses = (name, of = zone) => lookUp(of, name, 'A').answers.map(({ address }) => address);

test('a headless Service has one address for each pod, and each pod its own', () => {
  assert.deepEqual(addresses('peers.noex.svc.cluster.local'), ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual(addresses('mesh-1.peers.noex.svc.cluster.local'), ['10.0.0.2']);
  assert.deepEqual(addresses('PEERS.noex.svc.cluster.local'), ['10.0.0.1', '10.0.0.2']);
});

test('without publication, pods that are not ready have none', () => {
  const hidden = { ...peers, spec: { ...peers.spec, publishNotReadyAddresses: false } };
  const other = zoneOf([hidden], pods);
  assert.deepEqual(addresses('peers.noex.svc.cluster.local', other), ['10.0.0.1']);
  assert.equal(lookUp(other, 'mesh-1.peers.noex.svc.cluster.local', 'A').exists, false);
});

test('named ports have service records, with the addresses of their targets', () => {
  const { answers, additional } = lookUp(zone, '_cluster._tcp.peers.noex.svc.cluster.local', 'SRV');
  assert.deepEqual(
    answers.map(({ port, target }) => [port, target]),
    [
      [4369, 'mesh-0.peers.noex.svc.cluster.local'],
      [4369, 'mesh-1.peers.noex.svc.cluster.local'],
    ],
  );
  assert.deepEqual(
    additional.map(({ address }) => address),
    ['10.0.0.1', '10.0.0.2'],
  );
  assert.equal(lookUp(zone, '_other._tcp.peers.noex.svc.cluster.local', 'SRV').exists, false);
});

test('a pod of another set has its address for a name', () => {
  const others = zoneOf([peers], [{ ...pods[0], subdomain: 'others' }]);
  assert.deepEqual(addresses('10-0-0-1.peers.noex.svc.cluster.local', others), ['10.0.0.1']);
  assert.equal(lookUp(others, 'mesh-0.peers.noex.svc.cluster.local', 'A').exists, false);
});

test('short names are not in the zone: resolvers make them long', () => {
  for (const name of [
    'peers',
    'peers.noex',
    'front.noex.svc.cluster.local',
    'gone.peers.noex.svc.cluster.local',
  ]) {
    assert.equal(lookUp(zone, name, 'A').exists, false, name);
  }
});

test('a name without a record of the type asked for exists all the same', () => {
  assert.deepEqual(lookUp(zone, 'peers.noex.svc.cluster.local', 'AAAA'), {
    exists: true,
    answers: [],
    additional: [],
  });
  assert.equal(lookUp(zone, 'noex.svc.cluster.local', 'A').exists, true);
});
