import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayEvict, nextSteps } from './next-steps.mjs';

const pod = (ordinal, more = {}) => ({
  ordinal,
  revision: 'r1',
  isReady: true,
  isAvailable: true,
  isTerminating: false,
  ...more,
});
const STARTING = { isReady: false, isAvailable: false };
const LEAVING = { ...STARTING, isTerminating: true };
const parallel = { replicas: 3, podManagementPolicy: 'Parallel' };
const ordered = { replicas: 3 };
const three = [pod(0), pod(1), pod(2)];

test('Parallel: all that are missing are created at once', () => {
  assert.deepEqual(nextSteps(parallel, 'r1', []), { create: [0, 1, 2], remove: [] });
  assert.deepEqual(nextSteps(parallel, 'r1', [pod(1, STARTING)]), { create: [0, 2], remove: [] });
});

test('OrderedReady: each when all before it are available', () => {
  assert.deepEqual(nextSteps(ordered, 'r1', []).create, [0]);
  assert.deepEqual(nextSteps(ordered, 'r1', [pod(0, STARTING)]).create, []);
  assert.deepEqual(nextSteps(ordered, 'r1', [pod(0, { isAvailable: false })]).create, []);
  assert.deepEqual(nextSteps(ordered, 'r1', [pod(0)]).create, [1]);
});

test('scaling down takes the highest: Parallel all at once, OrderedReady one after the other', () => {
  const five = [...three, pod(3), pod(4)];
  assert.deepEqual(nextSteps(parallel, 'r1', five).remove, [4, 3]);
  assert.deepEqual(nextSteps(ordered, 'r1', five).remove, [4]);
  assert.deepEqual(nextSteps(ordered, 'r1', [...three, pod(3), pod(4, LEAVING)]).remove, []);
  assert.deepEqual(nextSteps(parallel, 'r1', [...three, pod(3), pod(4, LEAVING)]).remove, [3]);
});

for (const spec of [parallel, ordered]) {
  const policy = spec.podManagementPolicy ?? 'OrderedReady';
  test(`${policy}: an update replaces the highest first, the next when that one is available`, () => {
    assert.deepEqual(nextSteps(spec, 'r2', three).remove, [2]);
    const meanwhile = [
      [pod(0), pod(1), pod(2, LEAVING)],
      [pod(0), pod(1), pod(2, { revision: 'r2', ...STARTING })],
      [pod(0), pod(1), pod(2, { revision: 'r2', isAvailable: false })],
    ];
    for (const pods of meanwhile) assert.deepEqual(nextSteps(spec, 'r2', pods).remove, []);
    assert.deepEqual(nextSteps(spec, 'r2', [pod(0), pod(1), pod(2, { revision: 'r2' })]).remove, [1]);
    assert.deepEqual(nextSteps(spec, 'r2', [pod(0), pod(1)]).create, [2]);
  });
}

test('a partition keeps those below it, OnDelete all', () => {
  const rollingUpdate = { partition: 2 };
  const partitioned = { ...parallel, updateStrategy: { type: 'RollingUpdate', rollingUpdate } };
  assert.deepEqual(nextSteps(partitioned, 'r2', three).remove, [2]);
  assert.deepEqual(nextSteps(partitioned, 'r2', [pod(0), pod(1), pod(2, { revision: 'r2' })]).remove, []);
  assert.deepEqual(nextSteps({ ...parallel, updateStrategy: { type: 'OnDelete' } }, 'r2', three).remove, []);
});

test('nothing is done where all is as it should be', () => {
  assert.deepEqual(nextSteps(parallel, 'r1', three), { create: [], remove: [] });
});

test('maxUnavailable 1 lets one pod go, and the next one when all are back', () => {
  const budget = { maxUnavailable: 1 };
  assert.equal(mayEvict(budget, three, 3, 0), true);
  assert.equal(mayEvict(budget, [pod(0), pod(1), pod(2, LEAVING)], 3, 0), false);
  assert.equal(mayEvict(budget, [pod(0), pod(1), pod(2, STARTING)], 3, 0), false);
  assert.equal(mayEvict(budget, [pod(0), pod(1), pod(2, LEAVING)], 3, 2), false);
});

test('a pod that is not ready may always go where the budget says so', () => {
  const pods = [pod(0, STARTING), pod(1, STARTING), pod(2)];
  assert.equal(mayEvict({ maxUnavailable: 1 }, pods, 3, 0), false);
  assert.equal(mayEvict({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }, pods, 3, 0), true);
});

test('minAvailable of all lets nobody go; shares are rounded up', () => {
  assert.equal(mayEvict({ minAvailable: 3 }, three, 3, 0), false);
  assert.equal(mayEvict({ minAvailable: '50%' }, three, 3, 0), true);
  assert.equal(mayEvict({ minAvailable: '70%' }, three, 3, 0), false);
});
