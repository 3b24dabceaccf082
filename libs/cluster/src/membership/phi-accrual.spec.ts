import fc from 'fast-check';
import { DEFAULT_HEARTBEAT } from './heartbeat-options.js';
import { PhiAccrual } from './phi-accrual.js';

const { intervalMs, timeoutMs, phiThreshold, minStdDeviationMs, acceptablePauseMs } = DEFAULT_HEARTBEAT;

const detector = (intervals: readonly number[] = [], options = {}) => {
  const made = new PhiAccrual({
    firstIntervalMs: intervalMs,
    longestIntervalMs: timeoutMs,
    minStdDeviationMs,
    acceptablePauseMs,
    ...options,
  });
  for (const interval of intervals) made.add(interval);
  return made;
};

/** The silence at which phi reaches the threshold. */
function silenceUntil(threshold: number, accrual: PhiAccrual): number {
  let silence = 0;
  while (accrual.phi(silence) < threshold && silence < 60_000) silence += 1;
  return silence;
}

const history = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { maxLength: 300 });
const silence = fc.double({ min: 0, max: 1e12, noNaN: true });

it('suspicion is a number from 0 that never falls while the silence grows, whatever came before', () => {
  fc.assert(
    fc.property(history, silence, silence, (intervals, one, other) => {
      const accrual = detector(intervals);
      const [less, more] = [accrual.phi(Math.min(one, other)), accrual.phi(Math.max(one, other))];
      expect(Number.isFinite(less) && Number.isFinite(more)).toBe(true);
      expect(less).toBeGreaterThanOrEqual(0);
      expect(more).toBeGreaterThanOrEqual(less);
    }),
  );
});

it('a silence that lasts becomes suspicious, whatever came before', () => {
  fc.assert(
    fc.property(history, (intervals) => {
      expect(detector(intervals).phi(60_000)).toBeGreaterThan(phiThreshold);
    }),
  );
});

it('is the chance of a later arrival: half of them where the silence is the usual one', () => {
  const accrual = detector(Array(200).fill(1000), { acceptablePauseMs: 0, minStdDeviationMs: 100 });
  expect(accrual.phi(1000)).toBeCloseTo(Math.log10(2), 12);
  // The tail of the normal distribution beyond 1, 2 and 3 standard deviations: 15.9 %, 2.28 %, 0.135 %.
  expect(10 ** -accrual.phi(1100)).toBeCloseTo(0.1587, 3);
  expect(10 ** -accrual.phi(1200)).toBeCloseTo(0.02275, 3);
  expect(10 ** -accrual.phi(1300)).toBeCloseTo(0.00135, 3);
});

it('tells apart what is far out, where the chance itself would be 0', () => {
  const accrual = detector(Array(200).fill(1000));
  expect(accrual.phi(200_000)).toBeGreaterThan(accrual.phi(100_000) + 1);
  expect(accrual.phi(0)).toBeLessThan(1e-9);
});

it('expects the first interval before any heartbeat, and is not sure of it', () => {
  const accrual = detector();
  expect([accrual.meanMs, accrual.stdDeviationMs]).toEqual([1000, 250]);
});

it('regular arrivals are never suspected, however long they go on', () => {
  const accrual = detector();
  for (let i = 0; i < 2000; i++) {
    expect(accrual.phi(1000 + (i % 7))).toBeLessThan(0.1);
    accrual.add(1000 + (i % 7));
  }
  const found = silenceUntil(phiThreshold, accrual);
  expect(found).toBeGreaterThan(1000 + acceptablePauseMs);
  expect(found).toBeLessThan(timeoutMs);
});

it('arrivals that vary widen what is granted, by their deviation', () => {
  const spread = (by: number) => detector(Array.from({ length: 100 }, (_, i) => 1000 + (i % 2 ? by : -by)));
  const found = [0, 200, 400].map((by) => silenceUntil(phiThreshold, spread(by)));
  expect(found[1]! - found[0]!).toBeGreaterThan(400);
  expect(found[2]! - found[1]!).toBeGreaterThan(800);
});

it('believes no deviation below the least', () => {
  expect(detector(Array(200).fill(1000)).stdDeviationMs).toBe(minStdDeviationMs);
});

it('follows what the network has become: a hundred intervals later the past is forgotten', () => {
  const accrual = detector([...Array(500).fill(3000), ...Array(100).fill(100)]);
  expect([accrual.meanMs, accrual.stdDeviationMs]).toEqual([100, minStdDeviationMs]);
});

it('estimates what the window holds, also after millions of arrivals', () => {
  const accrual = detector();
  const recent: number[] = [];
  let seed = 1;
  for (let i = 0; i < 1_000_000; i++) {
    seed = (seed * 16807) % 2147483647;
    const interval = seed % 4000;
    if (i >= 999_900) recent.push(interval);
    accrual.add(interval);
  }
  const mean = recent.reduce((sum, one) => sum + one) / 100;
  const variance = recent.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 100;
  expect(accrual.meanMs).toBeCloseTo(mean, 6);
  expect(accrual.stdDeviationMs).toBeCloseTo(Math.sqrt(variance), 6);
});

it('one endless pause counts as the longest interval, so that it does not blunt the estimate', () => {
  expect(detector([...Array(99).fill(1000), 1e9]).meanMs).toBe((99 * 1000 + timeoutMs) / 100);
});
