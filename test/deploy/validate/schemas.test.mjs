import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifests } from '../support/render.mjs';
import { schemaProblems } from './schemas.mjs';

const budget = (spec) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'a' },
  spec,
});
const monitor = (endpoint) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  metadata: { name: 'm' },
  spec: { selector: {}, endpoints: [endpoint] },
});

describe('the schemas', () => {
  it('take what Kubernetes and the operator take', async () =>
    assert.deepEqual(await schemaProblems([budget({ maxUnavailable: 1 }), monitor({ port: 'a' })]), []));
  it('find a field of another type', async () =>
    assert.match((await schemaProblems([monitor({ port: 1 })]))[0], /ServiceMonitor\/m.*must be string/));
  it('find a field that is not known, however deep', async () => {
    assert.match(
      (await schemaProblems([budget({ maxUnavailble: 1 })]))[0],
      /PodDisruptionBudget\/a: .*maxUnavailble/,
    );
    assert.match(
      (await schemaProblems([monitor({ port: 'a', intervall: '15s' })]))[0],
      /ServiceMonitor\/m: .*intervall/,
    );
  });
  it('find an API that is not there', async () =>
    assert.match(
      (await schemaProblems([{ ...budget({}), apiVersion: 'policy/v9' }]))[0],
      /nothing is known of policy\/v9/,
    ));
});

describe('a manifest', () => {
  it('is read as Kubernetes reads it', () =>
    assert.deepEqual(parseManifests('mode: 0440\non: yes', 'x'), [{ mode: 0o440, true: true }]));
  it('with one key twice is refused', () =>
    assert.throws(() => parseManifests('a: 1\na: 2', 'x'), /x: .*unique/));
});
