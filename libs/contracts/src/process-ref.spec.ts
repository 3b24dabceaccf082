import fc from 'fast-check';
import { ProcessRef } from './process-ref.js';

const node = fc.stringMatching(/^[A-Za-z0-9._@:-]{1,40}$/);
const count = fc.maxSafeNat();
const ref = fc.tuple(node, count, count).map((parts) => new ProcessRef(...parts));

it('is read back from its text, whatever it names', () => {
  fc.assert(
    fc.property(ref, (original) => {
      const read = ProcessRef.parse(original.toString())!;
      expect(read).toBeInstanceOf(ProcessRef);
      expect(read.equals(original)).toBe(true);
      expect(JSON.parse(JSON.stringify({ original }))).toEqual({ original: original.toString() });
      expect(encodeURIComponent(original.toString()).replaceAll(/%40|%3A/g, '')).not.toContain('%');
    }),
  );
});

it('differs in text exactly where it differs in what it names', () => {
  fc.assert(
    fc.property(ref, ref, (a, b) => {
      expect(a.toString() === b.toString()).toBe(a.equals(b));
    }),
  );
  const one = new ProcessRef('n1', 1, 1);
  expect(one.equals(new ProcessRef('n1', 1, 1))).toBe(true);
  expect(one.equals(new ProcessRef('n2', 1, 1))).toBe(false);
  expect(one.equals(new ProcessRef('n1', 2, 1))).toBe(false);
  expect(one.equals(new ProcessRef('n1', 1, 2))).toBe(false);
});

it.each([
  '',
  'n1',
  'n1~1',
  'n1~1~',
  '~1~1',
  'n1~1~1~1',
  'n 1~1~1',
  'n1~-1~1',
  'n1~1.5~1',
  'n1~1~Z',
  ' n1~1~1',
  'n1~1~1\n',
  'n1~zzzzzzzzzzzz~1',
  'n1~1~zzzzzzzzzzzz',
])('takes %j for no ref', (text) => {
  expect(ProcessRef.parse(text)).toBeUndefined();
});
