import { parseSecretFile, secretProblem } from './secrets.js';

it.each([
  ['one\n', ['one']],
  ['one\r\n\r\n two ', ['one', 'two']],
  ['one, two\nthree', ['one', 'two', 'three']],
  ['one,', ['one', '']],
  [' \n', []],
])('reads %j as %j', (text, secrets) => {
  expect(parseSecretFile(text)).toEqual(secrets);
});

it('counts bytes, and only where strangers can reach the node', () => {
  expect(secretProblem(['ä'.repeat(8)], true)).toBeUndefined();
  expect(secretProblem(['a'.repeat(15)], true)).toMatch(/16 bytes/);
  expect(secretProblem(['a'.repeat(15)], false)).toBeUndefined();
});

it('takes no empty secret anywhere, and shows none', () => {
  expect(secretProblem(['hunter2', ' '], false)).toMatch(/a secret is empty/);
  expect(secretProblem(['hunter2'], true)).not.toContain('hunter2');
});
