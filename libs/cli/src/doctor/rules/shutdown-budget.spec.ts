import { findingsIn, withChange } from './rules.spec-support.js';

describe('a shutdown', () => {
  it.each<[string, string, string, string, string[]]>([
    ['must begin with a pause', 'k8s.yaml', 'lifecycle:', 'other:', ['error shutdown-budget: - name: node']],
    [
      'must end before the kill, by the default of its drain',
      'k8s.yaml',
      'terminationGracePeriodSeconds: 60',
      'terminationGracePeriodSeconds: 25',
      ['error shutdown-budget: terminationGracePeriodSeconds: 25'],
    ],
    ['must end before the default kill', 'k8s.yaml', '      terminationGracePeriodSeconds: 60\n', '', []],
    [
      'must end before the kill, by the drain that is set',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: CLUSTER_DRAIN_MS\n              value: "55000"\n            - name: CLUSTER_SEEDS',
      ['error shutdown-budget: terminationGracePeriodSeconds: 60'],
    ],
    [
      'may take all but the last second',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: CLUSTER_DRAIN_MS\n              value: "54000"\n            - name: CLUSTER_SEEDS',
      [],
    ],
    [
      'counts the pause of a sleep hook',
      'k8s.yaml',
      'exec:\n                command: ["sleep", "5"]',
      'sleep:\n                seconds: 40',
      ['error shutdown-budget: terminationGracePeriodSeconds: 60'],
    ],
    [
      'counts the pause in a shell',
      'k8s.yaml',
      'command: ["sleep", "5"]',
      'command: [sh, -c, "sleep 41"]',
      ['error shutdown-budget: terminationGracePeriodSeconds: 60'],
    ],
    [
      'must end before Docker kills',
      'compose.yaml',
      'stop_grace_period: 30s',
      'stop_grace_period: 15s',
      ['error shutdown-budget: stop_grace_period: 15s'],
    ],
    [
      'has ten seconds where Compose says nothing',
      'compose.yaml',
      '    stop_grace_period: 30s\n',
      '',
      ['error shutdown-budget: shop:'],
    ],
    [
      'has what Compose says in minutes',
      'compose.yaml',
      'stop_grace_period: 30s',
      'stop_grace_period: 1m1s',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
