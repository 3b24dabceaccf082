import { isName, isNodeName } from './node-name-form.js';

describe('names', () => {
  it.each(['a', 'worker-1', 'worker_1', 'w.example.org', '0', 'x'.repeat(253)])('takes %s', (name) => {
    expect(isNodeName(name)).toBe(true);
  });

  it.each(['', '-a', '.a', 'a b', 'a@b', 'a:1', 'a~b', 'a/b', 'ä', 'a\n', 'x'.repeat(254), 1, undefined])(
    'refuses %p',
    (name) => {
      expect(isName(name)).toBe(false);
    },
  );

  it('keeps the words of placements free', () => {
    expect(isName('local')).toBe(true);
    expect(isNodeName('local')).toBe(false);
    expect(isNodeName('round-robin')).toBe(false);
  });
});
