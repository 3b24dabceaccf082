import fc from 'fast-check';
import { DEFAULT_HEARTBEAT, isSilent, ownStallMs } from './failure-detector.js';

it('a look in time, or a little late, is no stall', () => {
  for (const since of [0, 400, 500, 999, 1000]) expect(ownStallMs(since, 500)).toBe(0);
});

it('a look that comes very late says by how much', () => {
  expect(ownStallMs(1001, 500)).toBe(501);
  expect(ownStallMs(60_500, 500)).toBe(60_000);
});

it('a stall never forgives more than the time that passed', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 1e4 }), (since, every) => {
      const stall = ownStallMs(since, every);
      expect(stall).toBeGreaterThanOrEqual(0);
      expect(stall).toBeLessThanOrEqual(since);
    }),
  );
});

it('silence begins at the timeout', () => {
  expect(isSilent(1000, 4999, 4000)).toBe(false);
  expect(isSilent(1000, 5000, 4000)).toBe(true);
});

it('the default finds a hung node within 5 seconds', () => {
  const { intervalMs, timeoutMs } = DEFAULT_HEARTBEAT;
  // Heard just after a look, which is noticed at the next; the silence is noticed at the look after its end.
  expect(timeoutMs + intervalMs).toBeLessThanOrEqual(5000);
});
