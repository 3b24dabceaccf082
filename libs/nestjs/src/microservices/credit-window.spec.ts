import fc from 'fast-check';
import { CreditWindow } from './credit-window.js';

it('gives room back half a window at a time', () => {
  const window = new CreditWindow(4);
  expect([1, 2, 3, 4, 5].map(() => window.consumed())).toEqual([0, 2, 0, 2, 0]);
});

it('never gives back more than was consumed, and never keeps so much that the sender is left without', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 0, max: 500 }), (size, values) => {
      const window = new CreditWindow(size);
      let granted = 0;
      for (let consumed = 1; consumed <= values; consumed++) {
        granted += window.consumed();
        expect(granted).toBeLessThanOrEqual(consumed);
        expect(consumed - granted).toBeLessThan(size);
      }
    }),
  );
});
