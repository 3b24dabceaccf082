import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOfCompose, secondsOf } from './rules.mjs';

const node = {
  build: { context: '.' },
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  mem_limit: '536870912',
  pids_limit: 128,
  init: true,
  restart: 'unless-stopped',
  stop_grace_period: '30s',
  logging: { options: { 'max-size': '10m' } },
  environment: {
    NODE_NAME: 'seed',
    CLUSTER_ADVERTISED_HOST: 'seed',
    CLUSTER_SECRET: 'x',
    CLUSTER_DRAIN_MS: '20000',
  },
  ports: [{ target: 8080, host_ip: '127.0.0.1', published: '8081' }],
  depends_on: { nats: { condition: 'service_healthy' } },
};
const { build: _, environment: __, init: ___, ...common } = node;
const tool = {
  ...common,
  image: 'prom/prometheus:v3.5.0',
  healthcheck: { test: ['CMD', 'true'] },
  volumes: [{ type: 'bind', source: '/there', read_only: true }],
};
const problemsOf = (services) => problemsOfCompose({ services }, (path) => path === '/there');

test('sound services have no problem', () => {
  assert.deepEqual(problemsOf({ node, tool }), []);
});

const FAULTS = [
  ['can write to its root', { ...node, read_only: undefined }],
  ['keeps capabilities', { ...node, cap_drop: ['NET_RAW'] }],
  ['may get new privileges', { ...node, security_opt: [] }],
  ['has no memory limit', { ...node, mem_limit: undefined }],
  ['has no limit of processes', { ...node, pids_limit: undefined }],
  ['has more rights', { ...node, privileged: true }],
  ['logs without end', { ...node, logging: undefined }],
  ['publishes 8080 on all interfaces', { ...node, ports: [{ target: 8080 }] }],
  ['publishes the port of the cluster', { ...node, ports: [{ target: 4369, host_ip: '127.0.0.1' }] }],
  ['has the network host', { ...node, network_mode: 'host' }],
  ['mounts /gone', { ...tool, volumes: [{ type: 'bind', source: '/gone', read_only: true }] }],
  ['may change files', { ...tool, volumes: [{ type: 'bind', source: '/there' }] }],
  ['is not pinned', { ...tool, image: 'prom/prometheus:latest' }],
  ['is not pinned', { ...tool, image: 'prom/prometheus' }],
  ['has no health check', { ...tool, healthcheck: undefined }],
  ['does not wait until nats', { ...node, depends_on: { nats: { condition: 'service_started' } } }],
  ['has no init', { ...node, init: undefined }],
  ['is not started again', { ...node, restart: undefined }],
  ['is killed before', { ...node, stop_grace_period: undefined }],
  ['is killed before', { ...node, stop_grace_period: '20s' }],
  ['has no secret', { ...node, environment: { ...node.environment, CLUSTER_SECRET: '' } }],
  [
    'says no address',
    { ...node, environment: { ...node.environment, CLUSTER_ADVERTISED_HOST: 'localhost' } },
  ],
];

FAULTS.forEach(([problem, service], index) => {
  test(`a service that ${problem} is found (${index})`, () => {
    const problems = problemsOf({ it: service });
    assert.equal(problems.length, 1, problems.join(', '));
    assert.match(problems[0], new RegExp(`^it ${problem}`));
  });
});

test('durations are read as Compose writes them', () => {
  assert.deepEqual(['30s', '1m30s', '1h0m5s', '1.5s'].map(secondsOf), [30, 90, 3605, 1.5]);
});
