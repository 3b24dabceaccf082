import { findingsIn, withChange } from './rules.spec-support.js';

describe('a Compose file', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'needs no version',
      'compose.yaml',
      'services:',
      'version: "3.8"\nservices:',
      ['warning compose: version: "3.8"'],
    ],
    [
      'must not run with an empty secret',
      'compose.yaml',
      '${CLUSTER_SECRET:?set it in .env}',
      '${CLUSTER_SECRET}',
      ['error compose: CLUSTER_SECRET: ${CLUSTER_SECRET}'],
    ],
    [
      'must not run with a secret that is set and empty',
      'compose.yaml',
      '${CLUSTER_SECRET:?set it in .env}',
      '${CLUSTER_SECRET?set it}',
      ['error compose: CLUSTER_SECRET: ${CLUSTER_SECRET?set it}'],
    ],
    [
      'must not publish the cluster',
      'compose.yaml',
      '"127.0.0.1:8080:8080"',
      '"4369:4369"',
      ['error compose: - "4369:4369"'],
    ],
    [
      'should publish HTTP on loopback only',
      'compose.yaml',
      '"127.0.0.1:8080:8080"',
      '8081:8080',
      ['warning compose: - 8081:8080'],
    ],
    [
      'should publish HTTP on loopback only, in the long form too',
      'compose.yaml',
      '"127.0.0.1:8080:8080"',
      '{ target: 8080, published: 8081, host_ip: 0.0.0.0 }',
      ['warning compose: - { target: 8080, published: 8081, host_ip: 0.0.0.0 }'],
    ],
    ['may publish on the loopback of IPv6', 'compose.yaml', '"127.0.0.1:8080:8080"', '"[::1]:8080:8080"', []],
    [
      'should wait until others are ready',
      'compose.yaml',
      'depends_on:\n      database:\n        condition: service_healthy',
      'depends_on: [database]',
      ['warning compose: depends_on: [database]'],
    ],
    [
      'should not wait for their start only',
      'compose.yaml',
      'condition: service_healthy',
      'condition: service_started',
      ['warning compose: depends_on:'],
    ],
    ['should run an init', 'compose.yaml', '    init: true\n', '', ['warning compose: shop:']],
    ['should limit memory', 'compose.yaml', '    mem_limit: 512m\n', '', ['warning compose: shop:']],
    [
      'may limit memory in the way of deploy',
      'compose.yaml',
      '    mem_limit: 512m\n',
      '    deploy: { resources: { limits: { memory: 512m } } }\n',
      [],
    ],
    [
      'may share parts by anchors',
      'compose.yaml',
      'services:\n  shop:\n    build: .\n    init: true\n',
      'x-node: &node\n  init: true\nservices:\n  shop:\n    <<: *node\n    build: .\n',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
