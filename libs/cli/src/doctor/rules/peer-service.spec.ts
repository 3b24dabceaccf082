import { findingsIn, withChange } from './rules.spec-support.js';

describe('the Service for peers', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must publish pods that are not ready',
      'k8s.yaml',
      '  publishNotReadyAddresses: true\n',
      '',
      ['error peer-service: clusterIP: None'],
    ],
    [
      'must not say that it does not',
      'k8s.yaml',
      'publishNotReadyAddresses: true',
      'publishNotReadyAddresses: false',
      ['error peer-service: publishNotReadyAddresses: false'],
    ],
    [
      'must be headless',
      'k8s.yaml',
      '  clusterIP: None\n',
      '',
      [
        'error peer-service: serviceName: peers',
        'error seed-form: value: dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      ],
    ],
    ['must be named', 'k8s.yaml', '  serviceName: peers\n', '', ['error peer-service: spec:']],
    [
      'must select the pods',
      'k8s.yaml',
      '    app: shop\n  ports:\n    - name: cluster',
      '    app: other\n  ports:\n    - name: cluster',
      ['error peer-service: serviceName: peers'],
    ],
    [
      'must not be the one for HTTP too',
      'k8s.yaml',
      '  selector:\n    app: shop\n  ports:\n    - name: http',
      '  selector:\n    app: other\n  ports:\n    - name: http',
      ['warning peer-service: ports:'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
