import { bytesOf } from './quantity.js';

describe('an amount of memory', () => {
  it.each([
    ['512Mi', 512 * 1024 * 1024],
    ['1.5Gi', 1.5 * 1024 ** 3],
    ['1G', 1e9],
    ['100k', 100_000],
    ['123', 123],
    ['lots', undefined],
    [undefined, undefined],
  ])('%s is %s bytes', (text, bytes) => expect(bytesOf(text)).toBe(bytes));
});
