import { secretProblem } from './secrets.js';

it('says what is wrong with secrets, and shows none', () => {
  expect(secretProblem(['short'], false)).toBeUndefined();
  expect(secretProblem(['short'], true)).toMatch(/shorter than 16 bytes/);
  expect(secretProblem(['long enough for anybody', ' '], false)).toMatch(/a secret is empty/);
  expect(secretProblem(Array<string>(9).fill('long enough for anybody'), true)).toMatch(/at most 8/);
  expect(secretProblem([], true)).toBeUndefined();
  expect(secretProblem(['short'], true)).not.toMatch(/"short"/);
});
