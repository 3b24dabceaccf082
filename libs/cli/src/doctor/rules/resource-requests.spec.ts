import { findingsIn, withChange } from './rules.spec-support.js';

describe('requests', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'of CPU must be there for an autoscaler by CPU',
      'k8s.yaml',
      '              cpu: 250m\n',
      '',
      ['error resource-requests: requests:'],
    ],
    [
      'of memory must be there',
      'k8s.yaml',
      '            requests:\n              cpu: 250m\n              memory: 256Mi\n            limits:\n              memory: 512Mi',
      '            requests:\n              cpu: 250m',
      ['warning resource-requests: requests:'],
    ],
    [
      'are what the limits are where nothing else is said',
      'k8s.yaml',
      '              memory: 256Mi\n',
      '',
      [],
    ],
    [
      'must all be there',
      'k8s.yaml',
      '          resources:\n            requests:\n              cpu: 250m\n              memory: 256Mi\n            limits:\n              memory: 512Mi\n',
      '',
      ['error resource-requests: - name: node'],
    ],
    [
      'do, and a CPU limit does not',
      'k8s.yaml',
      '            limits:\n',
      '            limits:\n              cpu: 1\n',
      ['warning resource-requests: cpu: 1'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
