import fc from 'fast-check';
import { backoffMs } from './backoff.js';

const limits = { minMs: 100, maxMs: 5_000 };

it('doubles up to its limit', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 500].map((failures) => backoffMs(failures, limits, 0))).toEqual([
    100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000,
  ]);
  const shorter = { minMs: 100, maxMs: 800 };
  expect([1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, shorter, 0))).toEqual([
    100, 200, 400, 800, 800, 800,
  ]);
});

it('is cut by up to half at random, and stays within its limit', () => {
  expect(backoffMs(2, limits, 1)).toBe(100);
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const ms = backoffMs(failures, limits, random);
      expect(ms).toBeGreaterThanOrEqual(50);
      expect(ms).toBeLessThanOrEqual(5_000);
      const fullMs = backoffMs(failures, limits, 0);
      expect(ms).toBeLessThanOrEqual(fullMs);
      expect(ms).toBeGreaterThanOrEqual(fullMs / 2);
    }),
  );
});

it('is never shorter than its least for a limit below that', () => {
  expect([1, 2, 50].map((failures) => backoffMs(failures, { minMs: 100, maxMs: 10 }, 0))).toEqual([
    100, 100, 100,
  ]);
});
