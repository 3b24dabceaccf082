import { parseSecretFile, secretProblem } from './secrets.js';

const exposed = { exposed: true, shortIsFor: 'nobody may have' };
const hidden = { ...exposed, exposed: false };

it.each([
  ['one\n', ['one']],
  ['one\r\n\r\n two ', ['one', 'two']],
  ['one, two\nthree', ['one', 'two', 'three']],
  ['one\r\n\n two , three\n', ['one', 'two', 'three']],
  ['one,', ['one', '']],
  ['one,,two', ['one', '', 'two']],
  [' \n', []],
])('reads %j as %j', (text, secrets) => {
  expect(parseSecretFile(text)).toEqual(secrets);
});

it('counts bytes, and only where strangers can reach the node', () => {
  expect(secretProblem(['ä'.repeat(8)], exposed)).toBeUndefined();
  expect(secretProblem(['a'.repeat(15)], exposed)).toMatch(/16 bytes, which nobody may have;/);
  expect(secretProblem(['a'.repeat(15)], hidden)).toBeUndefined();
});

it('takes no empty secret anywhere, and shows none', () => {
  expect(secretProblem(['hunter2', ' '], hidden)).toMatch(/a secret is empty/);
  expect(secretProblem(['hunter2'], exposed)).not.toContain('hunter2');
});

it('takes so many at once', () => {
  const four = Array<string>(4).fill('long enough for anybody');
  expect(secretProblem(four, exposed)).toBeUndefined();
  expect(secretProblem(four, { ...hidden, most: 4 })).toBeUndefined();
  expect(secretProblem(four, { ...hidden, most: 3 })).toBe(
    'there are 4 secrets, at most 3 can be accepted at once',
  );
});
