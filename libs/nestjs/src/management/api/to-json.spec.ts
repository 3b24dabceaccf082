import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { toJson } from './to-json.js';

it('shows JSON as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(toJson(value)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it.each([
  ['undefined', undefined, null],
  ['a map', new Map([['a', new Set([1n])]]), [['a', ['1']]]],
  ['bytes', new Uint8Array([1, 2, 3]).subarray(1), 'AgM='],
  ['an error', new RangeError('too far'), { name: 'RangeError', message: 'too far' }],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a ref', new ProcessRef('n1', 1, 2), 'n1~1~2'],
])('shows %s', (_, value, shown) => {
  expect(toJson({ value })).toEqual(value === undefined ? {} : { value: shown });
  expect(toJson(value)).toEqual(shown);
});

it('says why it cannot show a circle or what throws, and does not throw itself', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(toJson(circle)).toMatch(/^\(no JSON: .*circular/);
  expect(
    toJson({
      toJSON: () => {
        throw new Error('a getter');
      },
    }),
  ).toBe('(no JSON: a getter)');
});
