import { findingsIn, SOUND, withChange, type Files } from './rules.spec-support.js';

describe('a Deployment of nodes', () => {
  const deployment = (seeds: string): Files => {
    const { 'k8s.yaml': sound } = withChange(
      'k8s.yaml',
      'kind: StatefulSet\n    name: shop',
      'kind: Deployment\n    name: shop',
    );
    const changed = sound!
      .replace('kind: StatefulSet', 'kind: Deployment')
      .replace('  serviceName: peers\n', '');
    return { 'k8s.yaml': changed.replace(/dns:peers\S+/, seeds) };
  };

  it('is none where its seeds do not count on numbers', () => {
    expect(findingsIn(deployment('dns:peers:4369'))).toEqual([]);
  });

  it('has no pods with the numbers that its seeds name', () => {
    const seeds = 'shop-0@shop-0.peers:4369,shop-1@shop-1.peers:4369';
    expect(findingsIn(deployment(seeds))).toEqual([`error pod-identity: value: ${seeds}`]);
  });

  it('must not select the pods of a StatefulSet', () => {
    const both = { 'a.yaml': deployment('dns:peers:4369')['k8s.yaml']!, 'b.yaml': SOUND['k8s.yaml']! };
    expect(findingsIn(both)).toEqual(['error pod-identity: selector:']);
  });
});
