import fc from 'fast-check';
import { backoffMs } from './backoff.js';

it('doubles from the least wait to the longest', () => {
  expect([1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, 100, 800, 0))).toEqual([
    100, 200, 400, 800, 800, 800,
  ]);
});

it('is never longer than that, and never less than half of it, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const fullMs = backoffMs(failures, 100, 5_000, 0);
      const waitMs = backoffMs(failures, 100, 5_000, random);
      expect(waitMs).toBeLessThanOrEqual(fullMs);
      expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2);
    }),
  );
});
