import fc from 'fast-check';
import { isHung, lookEveryMs, ownStallMs } from './failure-detector.js';
import { DEFAULT_HEARTBEAT } from './heartbeat-options.js';

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

const options = { ...DEFAULT_HEARTBEAT, intervalMs: 1000, timeoutMs: 4000, phiThreshold: 8 };

it('a peer is down at the threshold of suspicion, or when the timeout is over', () => {
  expect(isHung(3000, 7.99, options)).toBe(false);
  expect(isHung(3000, 8, options)).toBe(true);
  expect(isHung(3999, 0, options)).toBe(false);
  expect(isHung(4000, 0, options)).toBe(true);
});

it('no suspicion is enough within two intervals', () => {
  expect(isHung(1999, 1e9, options)).toBe(false);
  expect(isHung(2000, 1e9, options)).toBe(true);
});

it('the default finds a hung node within 5 seconds', () => {
  const { timeoutMs } = DEFAULT_HEARTBEAT;
  // Heard just after a look, which is noticed at the next; the silence is noticed at the look after its end.
  expect(timeoutMs + 2 * lookEveryMs(DEFAULT_HEARTBEAT)).toBeLessThanOrEqual(4500);
});
