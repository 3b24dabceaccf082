import { findingsIn, SOUND, withChange } from './rules.spec-support.js';

describe('a secret', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'in a manifest is an error',
      'k8s.yaml',
      '---\napiVersion: policy/v1',
      '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  key: c2VjcmV0\n---\napiVersion: policy/v1',
      ['error secret: key: c2VjcmV0'],
    ],
    [
      'in plain text in a manifest is an error',
      'k8s.yaml',
      '---\napiVersion: policy/v1',
      '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  key: secret\n---\napiVersion: policy/v1',
      ['error secret: key: secret'],
    ],
    [
      'without a value is none',
      'k8s.yaml',
      '---\napiVersion: policy/v1',
      '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  key: ""\n---\napiVersion: policy/v1',
      [],
    ],
    [
      'that sops encrypted is none',
      'k8s.yaml',
      '---\napiVersion: policy/v1',
      '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  key: ENC[AES256]\nsops: { version: 3 }\n---\napiVersion: policy/v1',
      [],
    ],
    [
      'in a variable from a Secret is a warning',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: CLUSTER_SECRET\n              valueFrom:\n                secretKeyRef: { name: shop, key: key }\n            - name: CLUSTER_SEEDS',
      ['warning secret: valueFrom:'],
    ],
    [
      'in a variable is an error',
      'k8s.yaml',
      '            - name: CLUSTER_SEEDS',
      '            - name: CLUSTER_SECRET\n              value: plain\n            - name: CLUSTER_SEEDS',
      ['error secret: value: plain'],
    ],
    [
      'in a Compose file is an error',
      'compose.yaml',
      '${CLUSTER_SECRET:?set it in .env}',
      'plain',
      ['error secret: CLUSTER_SECRET: plain'],
    ],
    [
      'in an image is an error',
      'Dockerfile',
      'USER node',
      'ENV CLUSTER_SECRET plain\nUSER node',
      ['error secret: ENV CLUSTER_SECRET plain'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });

  it('in a file of variables is an error only where git tracks the file', () => {
    expect(findingsIn({ '.env': SOUND['.env']! }, { isTracked: true })).toEqual([
      'error secret: CLUSTER_SECRET=kept-out-of-git',
    ]);
    expect(findingsIn({ '.env': SOUND['.env']! }, { isTracked: false })).toEqual([]);
  });

  it('in a ConfigMap that a node takes its variables from is an error', () => {
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata:\n  CLUSTER_SECRET: plain\n';
    const taking = withChange(
      'k8s.yaml',
      '          env:\n',
      '          envFrom: [{ configMapRef: { name: settings } }]\n          env:\n',
    );
    expect(findingsIn({ 'map.yaml': map, ...taking })).toEqual(['error secret: CLUSTER_SECRET: plain']);
  });

  it('among the literals of a kustomization is an error', () => {
    const kustomization = 'secretGenerator:\n  - name: shop\n    literals:\n      - secret=plain\n';
    expect(findingsIn({ 'kustomization.yaml': kustomization })).toEqual(['error secret: literals:']);
    expect(findingsIn({ 'kustomization.yaml': kustomization.replace('literals', 'files') })).toEqual([]);
  });
});
