import { getNoexToken } from './node-token.js';

class Service {}
const OPTIONS = Symbol('OPTIONS');

it('the node without a name keeps the tokens as they are', () => {
  expect([Service, OPTIONS, 'text'].map((token) => getNoexToken(token))).toEqual([Service, OPTIONS, 'text']);
});

it('each named node has tokens of its own, which say whose they are', () => {
  expect(getNoexToken(Service, 'eu')).toBe('Service of the noex node "eu"');
  expect(getNoexToken(OPTIONS, 'us')).toBe('OPTIONS of the noex node "us"');
  expect(getNoexToken('text', 'us')).toBe('text of the noex node "us"');
});
