import fc from 'fast-check';
import { LocalHealth } from './local-health.js';

const after = (...delays: number[]) => {
  const health = new LocalHealth(250);
  for (const delay of delays) health.observe(delay);
  return health.multiplier;
};

it('delays within the limit change nothing', () => {
  expect(after()).toBe(1);
  expect(after(0, 249, 250)).toBe(1);
});

it('the longer the delay, the more silence is granted', () => {
  expect([after(251), after(501), after(1001), after(60_000)]).toEqual([2, 3, 5, 8]);
});

it('delays add up, and each look without one makes good for one', () => {
  expect(after(300, 300, 300)).toBe(4);
  expect(after(300, 300, 300, 0)).toBe(3);
  expect(after(300, 300, 300, 0, 0, 0, 0)).toBe(1);
});

it('the multiplier stays between 1 and 8, and is 1 again after seven healthy looks', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true })), (delays) => {
      expect(after(...delays)).toBeGreaterThanOrEqual(1);
      expect(after(...delays)).toBeLessThanOrEqual(8);
      expect(after(...delays, 0, 0, 0, 0, 0, 0, 0)).toBe(1);
    }),
  );
});
