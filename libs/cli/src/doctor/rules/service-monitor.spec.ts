import { findingsIn, withChange } from './rules.spec-support.js';

describe('a ServiceMonitor', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must name a port of the Service',
      'k8s.yaml',
      '    - port: http\n',
      '    - port: health\n',
      ['error service-monitor: - port: health'],
    ],
    [
      'must select a Service, not pods',
      'k8s.yaml',
      'app: shop-web\n  endpoints',
      'app: shop\n  endpoints',
      ['error service-monitor: selector:'],
    ],
    [
      'of something else is left alone',
      'k8s.yaml',
      'app: shop-web\n  endpoints:\n    - port: http',
      'app: other\n  endpoints:\n    - port: metrics',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
