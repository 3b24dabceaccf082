import { resolveNoexOptions } from './resolve-options.js';

const resolve = (code: object, env: NodeJS.ProcessEnv = {}) =>
  resolveNoexOptions({ nodeName: 'n1', ...code }, env).quorum;

it('there is no quorum unless one is asked for', () => {
  expect(resolve({})).toBe(false);
});

it.each<[unknown, unknown]>([
  ['majority', 'majority'],
  [' Majority ', 'majority'],
  ['3', 3],
  ['false', false],
])('CLUSTER_QUORUM=%j is %j; what is given in code wins', (text, quorum) => {
  expect(resolve({}, { CLUSTER_QUORUM: text as string })).toBe(quorum);
  expect(resolve({ quorum: 2 }, { CLUSTER_QUORUM: text as string })).toBe(2);
});

it.each(['most', '', '0', '2.5', '-1', 'true'])(
  'CLUSTER_QUORUM=%j is refused with what is expected',
  (text) => {
    expect(() => resolve({}, { CLUSTER_QUORUM: text })).toThrow(
      /quorum.*CLUSTER_QUORUM.*majority, a whole number of nodes of at least 1, or false|majority, a whole number/s,
    );
  },
);

it.each([0, 1.5, NaN, true, null, {}])('%j in code is refused', (quorum) => {
  expect(() => resolve({ quorum })).toThrow(/quorum/);
});
