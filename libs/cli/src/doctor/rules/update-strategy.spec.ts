import { findingsIn, withChange } from './rules.spec-support.js';

describe('the strategy of updates', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'is not podManagementPolicy',
      'k8s.yaml',
      'podManagementPolicy: Parallel',
      'podManagementPolicy: OrderedReady',
      [
        'warning start-order: podManagementPolicy: OrderedReady',
        'warning update-strategy: podManagementPolicy: OrderedReady',
      ],
    ],
    [
      'is no order',
      'k8s.yaml',
      'type: RollingUpdate',
      'type: Parallel',
      ['error update-strategy: type: Parallel'],
    ],
    [
      'stands in a field of its own',
      'k8s.yaml',
      'podManagementPolicy: Parallel',
      'podManagementPolicy: RollingUpdate',
      [
        'warning start-order: podManagementPolicy: RollingUpdate',
        'error update-strategy: podManagementPolicy: RollingUpdate',
      ],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('is found in a part of a manifest too', () => {
    const part = 'spec:\n  updateStrategy:\n    type: RollingUpdate\n  podManagementPolicy: OrderedReady\n';
    expect(findingsIn({ 'part.yaml': part })).toEqual([
      'warning update-strategy: podManagementPolicy: OrderedReady',
    ]);
    expect(findingsIn({ 'part.yaml': part.replace('OrderedReady', 'Parallel') })).toEqual([]);
  });
});
