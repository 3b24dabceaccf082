import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerEnv, expand } from './container-env.mjs';

const pod = {
  metadata: { name: 'mesh-2', namespace: 'here', labels: { version: 'v1' }, annotations: {} },
  status: { podIP: '10.0.0.7' },
};
const world = {
  pod,
  image: { NODE_ENV: 'production', PORT: '1' },
  configMaps: [{ metadata: { name: 'settings' }, data: { PORT: '2', HOST: 'h' } }],
  secrets: [{ metadata: { name: 'keys' }, data: { key: Buffer.from('secret').toString('base64') } }],
};
const env = (container) => containerEnv(container, world);

test('later sources win: the image, envFrom, env', () => {
  assert.deepEqual(
    env({ envFrom: [{ configMapRef: { name: 'settings' } }], env: [{ name: 'HOST', value: 'mine' }] }),
    {
      NODE_ENV: 'production',
      PORT: '2',
      HOST: 'mine',
    },
  );
});

test('names stand for what came before them, and for nothing that comes after', () => {
  const list = [
    { name: 'A', value: 'a' },
    { name: 'B', value: '$(A)-$(C)-$(PORT)' },
    { name: 'C', value: 'c' },
  ];
  assert.equal(env({ env: list }).B, 'a-$(C)-1');
});

test('a doubled dollar is one dollar, and hides a name', () => {
  assert.equal(expand('$$(A) $(A) $A $$', { A: 'a' }), '$(A) a $A $');
});

test('fields of the pod, its labels and its address', () => {
  const field = (fieldPath) => env({ env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath } } }] }).F;
  assert.equal(field('metadata.name'), 'mesh-2');
  assert.equal(field("metadata.labels['version']"), 'v1');
  assert.equal(field("metadata.labels['other']"), '');
  assert.equal(field('status.podIP'), '10.0.0.7');
  assert.throws(() => field('status.nonsense'), /F: a pod has no field status\.nonsense/);
});

test('keys of ConfigMaps and Secrets, the latter decoded', () => {
  const one = (valueFrom) => env({ env: [{ name: 'K', valueFrom }] }).K;
  assert.equal(one({ configMapKeyRef: { name: 'settings', key: 'HOST' } }), 'h');
  assert.equal(one({ secretKeyRef: { name: 'keys', key: 'key' } }), 'secret');
  assert.equal(one({ secretKeyRef: { name: 'keys', key: 'none', optional: true } }), undefined);
  assert.equal(one({ secretKeyRef: { name: 'none', key: 'key', optional: true } }), undefined);
});

test('what is missing keeps the container from starting', () => {
  assert.throws(() => env({ envFrom: [{ configMapRef: { name: 'none' } }] }), /there is no ConfigMap "none"/);
  const valueFrom = { secretKeyRef: { name: 'keys', key: 'none' } };
  assert.throws(() => env({ env: [{ name: 'K', valueFrom }] }), /K: "keys" has no key "none"/);
  assert.throws(
    () => env({ env: [{ name: 'R', valueFrom: { resourceFieldRef: {} } }] }),
    /knows no valueFrom/,
  );
});

test('envFrom puts its prefix before each name', () => {
  assert.equal(env({ envFrom: [{ prefix: 'X_', configMapRef: { name: 'settings' } }] }).X_PORT, '2');
});
