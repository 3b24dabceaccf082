import { findingsIn, withChange } from './rules.spec-support.js';

describe('the address that a node tells others', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must be said',
      'k8s.yaml',
      '            - name: POD_IP\n              valueFrom:\n                fieldRef:\n                  fieldPath: status.podIP\n',
      '',
      ['warning advertised-host: env:'],
    ],
    [
      'need not be said where peers meet at a NATS server',
      'k8s.yaml',
      '            - name: POD_IP\n              valueFrom:\n                fieldRef:\n                  fieldPath: status.podIP\n',
      '            - name: CLUSTER_TRANSPORT\n              value: nats\n',
      [],
    ],
    [
      'must not be loopback in a pod',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: CLUSTER_ADVERTISED_HOST\n              value: localhost\n            - name: CLUSTER_SEEDS',
      ['error advertised-host: value: localhost'],
    ],
    [
      'must not be loopback in a Compose file',
      'compose.yaml',
      'CLUSTER_SEEDS:',
      'CLUSTER_HOST: 127.0.0.1\n      CLUSTER_SEEDS:',
      ['error advertised-host: CLUSTER_HOST: 127.0.0.1'],
    ],
    [
      'may be loopback for nodes of one machine',
      '.env',
      'CLUSTER_SECRET=',
      'CLUSTER_HOST=127.0.0.1\nCLUSTER_SECRET=',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
