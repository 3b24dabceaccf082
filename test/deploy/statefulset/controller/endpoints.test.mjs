import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpointsOf, isHeadless, portOf, targetPort } from './endpoints.mjs';

const pod = (name, more = {}) => ({
  name,
  labels: { app: 'mesh', version: 'v1' },
  ports: [{ name: 'http', containerPort: 8080 }],
  isReady: true,
  isTerminating: false,
  ...more,
});
const service = (spec) => ({ metadata: { name: 's' }, spec: { selector: { app: 'mesh' }, ...spec } });
const names = (spec, pods) => endpointsOf(service(spec), pods).map(({ name }) => name);

const some = [pod('a'), pod('b', { isReady: false }), pod('c', { isTerminating: true })];

test('a Service sends to pods that are ready and stay', () => {
  assert.deepEqual(names({}, some), ['a']);
});

test('one that publishes pods that are not ready has all of them', () => {
  assert.deepEqual(names({ publishNotReadyAddresses: true }, some), ['a', 'b', 'c']);
});

test('every label of the selector has to fit, and no selector has nobody', () => {
  const pods = [pod('a'), pod('d', { labels: { app: 'mesh', version: 'v2' } })];
  assert.deepEqual(names({ selector: { app: 'mesh', version: 'v2' } }, pods), ['d']);
  assert.deepEqual(names({ selector: {} }, pods), []);
});

test('ports are found by name on the pod, by number, or are the same', () => {
  assert.equal(targetPort({ port: 80, targetPort: 'http' }, pod('a')), 8080);
  assert.equal(targetPort({ port: 80, targetPort: 'web' }, pod('a')), undefined);
  assert.equal(targetPort({ port: 80, targetPort: 81 }, pod('a')), 81);
  assert.equal(targetPort({ port: 80 }, pod('a')), 80);
});

test('a port that a Service does not have is named with those it has', () => {
  const some = service({ ports: [{ name: 'http', port: 80 }] });
  assert.equal(portOf(some, 'http').port, 80);
  assert.throws(() => portOf(some, 'web'), /no port "web": it has http/);
});

test('headless is what has no address of its own', () => {
  assert.equal(isHeadless(service({ clusterIP: 'None' })), true);
  assert.equal(isHeadless(service({})), false);
});
