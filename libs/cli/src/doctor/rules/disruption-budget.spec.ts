import { findingsIn, withChange } from './rules.spec-support.js';

describe('a disruption budget', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must let one pod go when there are fewest',
      'k8s.yaml',
      'maxUnavailable: 1',
      'minAvailable: 3',
      ['error disruption-budget: minAvailable: 3'],
    ],
    [
      'counts shares as Kubernetes does, rounded up',
      'k8s.yaml',
      'maxUnavailable: 1',
      'minAvailable: 67%',
      ['error disruption-budget: minAvailable: 67%'],
    ],
    ['may keep all but one', 'k8s.yaml', 'maxUnavailable: 1', 'minAvailable: 2', []],
    ['may keep a share that leaves one', 'k8s.yaml', 'maxUnavailable: 1', 'minAvailable: 66%', []],
    [
      'must not keep all',
      'k8s.yaml',
      'maxUnavailable: 1',
      'maxUnavailable: 0%',
      ['error disruption-budget: maxUnavailable: 0%'],
    ],
    [
      'must let pods go that are not ready',
      'k8s.yaml',
      '  unhealthyPodEvictionPolicy: AlwaysAllow\n',
      '',
      ['warning disruption-budget: spec:'],
    ],
    [
      'must be there',
      'k8s.yaml',
      'kind: PodDisruptionBudget',
      'kind: Other',
      ['warning disruption-budget: apiVersion: apps/v1'],
    ],
    [
      'must select the pods',
      'k8s.yaml',
      'AlwaysAllow\n  selector:\n    matchLabels:\n      app: shop',
      'AlwaysAllow\n  selector:\n    matchLabels:\n      app: other',
      ['warning disruption-budget: apiVersion: apps/v1'],
    ],
    [
      'selects by expressions too',
      'k8s.yaml',
      'AlwaysAllow\n  selector:\n    matchLabels:\n      app: shop',
      'AlwaysAllow\n  selector:\n    matchExpressions:\n      - { key: app, operator: In, values: [shop] }',
      [],
    ],
    [
      'is of no use where the autoscaler leaves two pods',
      'k8s.yaml',
      'minReplicas: 3',
      'minReplicas: 2',
      ['warning disruption-budget: minReplicas: 2'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('is judged by the minimum of the autoscaler, not by the replicas of the StatefulSet', () => {
    const two = withChange('k8s.yaml', 'minReplicas: 3', 'minReplicas: 2');
    expect(findingsIn(withChange('k8s.yaml', 'maxUnavailable: 1', 'minAvailable: 2', two))).toEqual([
      'error disruption-budget: minAvailable: 2',
      'warning disruption-budget: minReplicas: 2',
    ]);
  });

  it('of another namespace does not count', () => {
    const elsewhere = withChange(
      'k8s.yaml',
      'kind: PodDisruptionBudget\nmetadata:',
      'kind: PodDisruptionBudget\nmetadata:\n  namespace: a',
    );
    const here = withChange(
      'k8s.yaml',
      'kind: StatefulSet\nmetadata:',
      'kind: StatefulSet\nmetadata:\n  namespace: b',
      elsewhere,
    );
    expect(findingsIn(here)).toEqual(['warning disruption-budget: apiVersion: apps/v1']);
  });
});
