import { inspect } from 'node:util';
import { ClusterSecrets } from './cluster-secrets.js';

describe('ClusterSecrets', () => {
  const secrets = new ClusterSecrets(['hunter2-hunter2', 'older-older-older']);

  it('reveals them in order to those who ask', () => {
    expect(secrets.reveal()).toEqual(['hunter2-hunter2', 'older-older-older']);
    expect(secrets.isEmpty).toBe(false);
    expect(new ClusterSecrets([]).isEmpty).toBe(true);
  });

  it.each([
    ['JSON', JSON.stringify({ secrets })],
    ['a template', `${secrets}`],
    ['inspect', inspect({ secrets })],
    ['inspect with hidden properties', inspect({ secrets }, { showHidden: true, depth: null })],
    ['inspect without its custom form', inspect(secrets, { customInspect: false, showHidden: true })],
    ['a copy', JSON.stringify({ ...secrets })],
  ])('does not show them in %s', (_where, text) => {
    expect(text).not.toMatch(/hunter|older/);
  });
});
