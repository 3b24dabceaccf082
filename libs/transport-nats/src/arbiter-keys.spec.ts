import fc from 'fast-check';
import { bucketOf, keyOf } from './arbiter-keys.js';

/** As the client of the store checks them, and a subject must be. */
const BUCKET = /^[-\w]+$/;
const KEY = /^[-/=\w]+(\.[-/=\w]+)*$/;
const anyText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }),
  fc.string({
    unit: fc.constantFrom('a', '.', '=', '_', 'k', 'v', 'Y', 'Q', '\ud83d', '\ude00', '*', '>'),
    minLength: 1,
  }),
);

it('a bucket has the name of its cluster, and one that is no name of a bucket is encoded', () => {
  expect(bucketOf('shop')).toBe('shop_names');
  expect(bucketOf('shop.eu')).toBe('b64_cwBoAG8AcAAuAGUAdQA_names');
  expect(bucketOf('b64_x')).toBe('b64_YgA2ADQAXwB4AA_names');
});

it('a key is the name, and one that is no key is encoded', () => {
  for (const name of ['orders', 'orders.42', 'a/b', 'a=b', '-']) expect(keyOf(name)).toBe(name);
  expect(keyOf('orders of today')).toMatch(/^=[-\w]+$/);
  for (const name of ['', '.a', 'a.', 'a..b', '_kv', '=a', '*', 'a.>', 'é'])
    expect(keyOf(name)).not.toBe(name);
});

it('every text is a bucket and a key that the store takes, and no two are one', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      expect(bucketOf(one)).toMatch(BUCKET);
      expect(keyOf(one)).toMatch(KEY);
      expect(keyOf(one)).not.toMatch(/^_kv/);
      expect(keyOf(one) === keyOf(other)).toBe(one === other);
      expect(bucketOf(one) === bucketOf(other)).toBe(one === other);
      // What is encoded cannot be written as it is.
      expect(keyOf(keyOf(one)) === keyOf(one)).toBe(keyOf(one) === one);
      expect(keyOf(one).length).toBeLessThan(3 * one.length + 4);
    }),
  );
});
