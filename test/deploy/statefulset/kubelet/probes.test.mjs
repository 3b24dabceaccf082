import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterResult, dueKinds, freshProbes, isReady, probeTarget, restartDelayMs } from './probes.mjs';

const http = { httpGet: { path: '/x', port: 'management' } };
const container = {
  ports: [{ name: 'management', containerPort: 9090 }],
  startupProbe: { ...http, failureThreshold: 3 },
  readinessProbe: { ...http, failureThreshold: 2 },
  livenessProbe: { ...http, failureThreshold: 3 },
};
const results = (state, kind, ...oks) => oks.reduce((before, isOk) => afterResult(before, kind, isOk), state);
const started = () => results(freshProbes(container), 'startup', true);
const RUNNING = { isEnding: false };
const ENDING = { isEnding: true };

test('the startup probe holds back the others until it passes', () => {
  assert.deepEqual(dueKinds(freshProbes(container), RUNNING), ['startup']);
  assert.deepEqual(dueKinds(started(), RUNNING), ['liveness', 'readiness']);
});

test('a startup probe that fails too often dooms the container', () => {
  assert.equal(results(freshProbes(container), 'startup', false, false).doomed, undefined);
  const state = results(freshProbes(container), 'startup', false, false, false);
  assert.match(state.doomed, /startup probe failed 3 times/);
  assert.deepEqual(dueKinds(state, RUNNING), []);
});

test('nobody is ready before the readiness probe has passed once', () => {
  assert.equal(isReady(freshProbes(container)), false);
  assert.equal(isReady(started()), false);
  assert.equal(isReady(results(started(), 'readiness', true)), true);
});

test('readiness goes after as many failures in a row as its threshold, and never dooms', () => {
  const ready = results(started(), 'readiness', true);
  assert.equal(isReady(results(ready, 'readiness', false)), true);
  assert.equal(isReady(results(ready, 'readiness', false, true, false)), true);
  const off = results(ready, 'readiness', false, false);
  assert.equal(isReady(off), false);
  assert.equal(off.doomed, undefined);
  assert.equal(isReady(results(off, 'readiness', true)), true);
});

test('liveness dooms after failures in a row; a success in between counts them anew', () => {
  assert.equal(results(started(), 'liveness', false, false, true, false, false).doomed, undefined);
  assert.match(results(started(), 'liveness', false, false, false).doomed, /liveness/);
});

test('a pod that ends is asked for its readiness alone', () => {
  assert.deepEqual(dueKinds(started(), ENDING), ['readiness']);
  assert.deepEqual(dueKinds(freshProbes(container), ENDING), []);
});

test('a container without probes is ready as soon as it runs', () => {
  assert.equal(isReady(freshProbes({})), true);
  assert.deepEqual(dueKinds(freshProbes({}), RUNNING), []);
});

test('ports are found by name or number', () => {
  assert.deepEqual(probeTarget(container, 'startup'), { port: 9090, path: '/x' });
  const other = { startupProbe: { httpGet: { port: 80 } } };
  assert.deepEqual(probeTarget(other, 'startup'), { port: 80, path: '/' });
  const wrong = { ...container, startupProbe: { httpGet: { port: 'health' } } };
  assert.throws(
    () => probeTarget(wrong, 'startup'),
    /wants port "health", which the container does not have/,
  );
});

test('a container that keeps ending waits longer each time', () => {
  assert.deepEqual([0, 1, 2, 3, 10].map(restartDelayMs), [0, 10_000, 20_000, 40_000, 300_000]);
});
