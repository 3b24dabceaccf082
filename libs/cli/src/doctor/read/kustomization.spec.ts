import { findingsIn, SOUND } from '../rules/rules.spec-support.js';

const sound = SOUND['k8s.yaml']!;
/** Without its labels and selectors, as a kustomization fills them in. */
const bare = sound
  .replaceAll(/ {6}app: shop\n/g, '      {}\n')
  .replace('    metadata:\n      labels:\n        app: shop\n', '')
  .replaceAll(/ {2}selector:\n {4}app: shop\n/g, '');
const kustomization = (labels: string) => `resources: [./k8s.yaml]\n${labels}`;

describe('a kustomization', () => {
  it.each([
    ['labels with selectors', 'labels: [{ pairs: { app: shop }, includeSelectors: true }]'],
    ['commonLabels', 'commonLabels: { app: shop }'],
  ])('puts its %s into the resources beside it', (_what, labels) => {
    const files = { 'k8s/kustomization.yaml': kustomization(labels), 'k8s/k8s.yaml': bare };
    expect(findingsIn(files)).toEqual([]);
  });

  it('changes no selector where it does not say so', () => {
    const labels = 'labels: [{ pairs: { app: shop }, includeTemplates: true }]';
    const files = { 'k8s/kustomization.yaml': kustomization(labels), 'k8s/k8s.yaml': bare };
    expect(findingsIn(files)).toContain('error peer-service: serviceName: peers');
  });

  it.each(['patches: [{ path: patch.yaml }]', 'patchesStrategicMerge: [patch.yaml]'])(
    'with %s says that the file is no resource',
    (line) => {
      const patch = sound.replace('  publishNotReadyAddresses: true\n', '');
      expect(findingsIn({ 'o/kustomization.yaml': 'resources: []\n', 'o/patch.yaml': patch })).not.toEqual(
        [],
      );
      expect(findingsIn({ 'o/kustomization.yaml': `${line}\n`, 'o/patch.yaml': patch })).toEqual([]);
    },
  );
});
