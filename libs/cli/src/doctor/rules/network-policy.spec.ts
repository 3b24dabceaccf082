import { findingsIn, withChange } from './rules.spec-support.js';

describe('a network policy', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'must let DNS through over TCP too',
      'k8s.yaml',
      '        - port: 53\n          protocol: TCP\n',
      '',
      ['error network-policy: - ports:'],
    ],
    [
      'must let DNS through over UDP too',
      'k8s.yaml',
      '        - port: 53\n          protocol: UDP\n',
      '',
      ['error network-policy: - ports:'],
    ],
    [
      'must let DNS through',
      'k8s.yaml',
      '    - ports:\n        - port: 53\n          protocol: UDP\n        - port: 53\n          protocol: TCP\n',
      '',
      ['error network-policy: egress:'],
    ],
    [
      'must not open HTTP to all',
      'k8s.yaml',
      '    - from:\n        - namespaceSelector:\n            matchLabels:\n              name: monitoring\n      ports:\n',
      '    - ports:\n',
      ['warning network-policy: - ports:'],
    ],
    [
      'must not open the cluster to all',
      'k8s.yaml',
      '    - from:\n        - podSelector:\n            matchLabels:\n              app: shop\n      ports:\n        - port: cluster',
      '    - ports:\n        - port: cluster',
      ['error network-policy: - ports:'],
    ],
    [
      'must let peers in',
      'k8s.yaml',
      '        - port: cluster\n',
      '        - port: 1234\n',
      ['error network-policy: ingress:'],
    ],
    [
      'must let the node out to peers',
      'k8s.yaml',
      '      ports:\n        - port: 4369\n',
      '      ports:\n        - port: 1234\n',
      ['error network-policy: egress:'],
    ],
    [
      'may let peers in by a range of ports',
      'k8s.yaml',
      '        - port: cluster\n',
      '        - port: 4000\n          endPort: 5000\n',
      [],
    ],
    [
      'must go both ways',
      'k8s.yaml',
      'policyTypes: [Ingress, Egress]',
      'policyTypes: [Ingress]',
      ['warning network-policy: policyTypes: [Ingress]'],
    ],
    [
      'of other pods is left alone',
      'k8s.yaml',
      '  podSelector:\n    matchLabels:\n      app: shop\n  policyTypes: [Ingress, Egress]',
      '  podSelector:\n    matchLabels:\n      app: other\n  policyTypes: [Ingress]',
      [],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('adds to what others allow', () => {
    const half = withChange('k8s.yaml', '        - port: 53\n          protocol: TCP\n', '');
    const rest = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: dns }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: TCP }] }] }
`;
    expect(findingsIn({ ...half, 'rest.yaml': rest })).toEqual([]);
  });
});
