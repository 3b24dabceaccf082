import fc from 'fast-check';
import { boundedLabels } from './bounded-labels.js';

describe('bounded labels', () => {
  it('keep everything while it is little', () => {
    const numbers = new Map(Object.entries({ b: 2, a: 1 }));
    expect(boundedLabels(numbers, 2, 'other')).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('are at most one more than the bound, each once, and lose no number', () => {
    const names = fc.dictionary(fc.string(), fc.nat());
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 5 }), (given, most) => {
        const bounded = boundedLabels(new Map(Object.entries(given)), most, 'other');
        const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
        expect(bounded.length).toBeLessThanOrEqual(most + 1);
        expect(new Set(bounded.map(([name]) => name)).size).toBe(bounded.length);
        expect(sum(bounded.map(([, number]) => number))).toBe(sum(Object.values(given)));
      }),
    );
  });

  it('add what is beyond them to a label that is named as the rest', () => {
    const numbers = new Map(Object.entries({ other: 1, z: 2, a: 4 }));
    expect(boundedLabels(numbers, 2, 'other')).toEqual([
      ['a', 4],
      ['other', 3],
    ]);
  });
});
