import { findingsIn, withChange } from './rules.spec-support.js';

describe('an autoscaler', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'by memory is a warning',
      'k8s.yaml',
      '        name: cpu\n',
      '        name: memory\n',
      ['warning autoscaler-metric: name: memory'],
    ],
    [
      'by the memory of one container is too',
      'k8s.yaml',
      '- type: Resource\n      resource:\n        name: cpu',
      '- type: ContainerResource\n      containerResource:\n        container: node\n        name: memory',
      ['warning autoscaler-metric: name: memory'],
    ],
    [
      'of something else is left alone',
      'k8s.yaml',
      '    name: shop\n  minReplicas: 3\n  maxReplicas: 9\n  metrics:\n    - type: Resource\n      resource:\n        name: cpu',
      '    name: other\n  metrics:\n    - type: Resource\n      resource:\n        name: memory',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
