import { findingsIn, withChange } from './rules.spec-support.js';

describe('the order in which pods start', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'is a warning where one waits for the other',
      'k8s.yaml',
      '  podManagementPolicy: Parallel\n',
      '',
      ['warning start-order: spec:'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('is an error where the first pod is its own seed', () => {
    const own = withChange(
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local',
      'a@shop-0.peers:4369,b@shop-1.peers',
    );
    const ordered = withChange(
      'k8s.yaml',
      'podManagementPolicy: Parallel',
      'podManagementPolicy: Ordered',
      own,
    );
    expect(findingsIn(ordered)).toEqual(['error start-order: podManagementPolicy: Ordered']);
  });

  it('is a warning where the first pod is no seed: it waits for none', () => {
    const later = withChange(
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local',
      'b@shop-1.peers:4369,c@shop-2.peers',
    );
    const ordered = withChange(
      'k8s.yaml',
      'podManagementPolicy: Parallel',
      'podManagementPolicy: Ordered',
      later,
    );
    expect(findingsIn(ordered)).toEqual(['warning start-order: podManagementPolicy: Ordered']);
  });

  it('does not matter to a single pod', () => {
    const single = withChange('k8s.yaml', 'replicas: 3\n  podManagementPolicy: Parallel', 'replicas: 1');
    expect(findingsIn(single)).toEqual([]);
  });
});
