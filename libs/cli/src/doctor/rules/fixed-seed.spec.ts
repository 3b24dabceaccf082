import { findingsIn, withChange } from './rules.spec-support.js';

describe('the seeds', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'are too few where they are one pod',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'shop-0@shop-0.peers:4369',
      ['warning fixed-seed: value: shop-0@shop-0.peers:4369'],
    ],
    [
      'are too few where they are one address',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      '10.0.0.7:4369',
      ['warning fixed-seed: value: 10.0.0.7:4369'],
    ],
    [
      'are enough where they are two addresses',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      '10.0.0.7:4369, 10.0.0.8:4369',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
