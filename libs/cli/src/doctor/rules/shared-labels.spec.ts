import { findingsIn, SOUND } from './rules.spec-support.js';

describe('a second StatefulSet beside the first', () => {
  const green = (labels: string) => `
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: shop-green
spec:
  selector: { matchLabels: ${labels} }
  template:
    metadata:
      labels: ${labels}
`;

  it('must not have the labels that the first one selects', () => {
    expect(findingsIn({ ...SOUND, 'z.yaml': green('{ app: shop, version: v2 }') })).toEqual([
      'error shared-labels: labels: { app: shop, version: v2 }',
    ]);
  });

  it('may have labels of its own', () => {
    expect(findingsIn({ ...SOUND, 'z.yaml': green('{ app: shop-green }') })).toEqual([]);
  });

  it('may be in another namespace', () => {
    const [first, second] = [SOUND['k8s.yaml']!, green('{ app: shop }')].map((text, at) =>
      text.replace('kind: StatefulSet\nmetadata:', `kind: StatefulSet\nmetadata:\n  namespace: n${at}`),
    );
    expect(findingsIn({ 'k8s.yaml': first!, 'z.yaml': second! })).toEqual([]);
  });

  it('is judged by its own labels where only a part of it is shown', () => {
    const part = 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: new\n  labels:\n    app: shop\n';
    expect(findingsIn({ 'k8s.yaml': SOUND['k8s.yaml']!, 'z.yaml': part })).toEqual([
      'error shared-labels: labels:',
    ]);
  });
});
