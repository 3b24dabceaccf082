import { findingsIn, withChange } from './rules.spec-support.js';

describe('a pod', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must not run as root',
      'k8s.yaml',
      '        runAsNonRoot: true\n',
      '',
      ['error pod-security: securityContext:'],
    ],
    [
      'must have the seccomp profile of its runtime',
      'k8s.yaml',
      'type: RuntimeDefault',
      'type: Unconfined',
      ['error pod-security: securityContext:'],
    ],
    [
      'must not gain rights',
      'k8s.yaml',
      '            allowPrivilegeEscalation: false\n',
      '',
      ['error pod-security: securityContext:'],
    ],
    [
      'must have a root that is read only',
      'k8s.yaml',
      'readOnlyRootFilesystem: true',
      'readOnlyRootFilesystem: false',
      ['error pod-security: securityContext:'],
    ],
    [
      'must drop all capabilities',
      'k8s.yaml',
      'drop: ["ALL"]',
      'drop: ["NET_RAW"]',
      ['error pod-security: securityContext:'],
    ],
    [
      'should hold no token',
      'k8s.yaml',
      '      automountServiceAccountToken: false\n',
      '',
      ['warning pod-security: spec:'],
    ],
    [
      'should not share a machine with its like',
      'k8s.yaml',
      '        - topologyKey: kubernetes.io/hostname\n',
      '',
      ['warning pod-security: topologySpreadConstraints:'],
    ],
    [
      'should not share a zone with its like',
      'k8s.yaml',
      '        - topologyKey: topology.kubernetes.io/zone\n',
      '',
      ['warning pod-security: topologySpreadConstraints:'],
    ],
    [
      'should have a limit for its temporary files',
      'k8s.yaml',
      'emptyDir:\n            sizeLimit: 64Mi',
      'emptyDir: {}',
      ['warning pod-security: emptyDir: {}'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('holds no token where its account says so', () => {
    const account =
      'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: shop }\nautomountServiceAccountToken: false\n';
    const named = withChange('k8s.yaml', 'automountServiceAccountToken: false', 'serviceAccountName: shop');
    expect(findingsIn({ ...named, 'account.yaml': account })).toEqual([]);
  });
});
