import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasten } from './hasten.mjs';

const set = {
  kind: 'StatefulSet',
  spec: {
    minReadySeconds: 16,
    template: {
      spec: {
        terminationGracePeriodSeconds: 64,
        containers: [
          {
            readinessProbe: { periodSeconds: 4, timeoutSeconds: 2, failureThreshold: 2 },
            lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
          },
        ],
      },
    },
  },
};
const map = { kind: 'ConfigMap', data: { CLUSTER_DRAIN_MS: '20000', PORT: '80' } };

test('every time is divided, and nothing else', () => {
  const { documents, propagationMs } = hasten({ documents: [set, map], propagationMs: 1000 }, 8);
  const [{ spec }, { data }] = documents;
  assert.equal(propagationMs, 125);
  assert.equal(spec.minReadySeconds, 2);
  const { terminationGracePeriodSeconds, containers } = spec.template.spec;
  assert.equal(terminationGracePeriodSeconds, 8);
  assert.deepEqual(containers[0].readinessProbe, {
    periodSeconds: 0.5,
    timeoutSeconds: 2,
    failureThreshold: 2,
  });
  assert.deepEqual(containers[0].lifecycle.preStop.exec.command, ['sleep', '0.625']);
  assert.deepEqual(data, { CLUSTER_DRAIN_MS: '2500', PORT: '80' });
});

test('what was given stays as it was', () => {
  hasten({ documents: [set, map], propagationMs: 1000 }, 8);
  assert.equal(set.spec.minReadySeconds, 16);
});
