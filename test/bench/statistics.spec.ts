import fc from 'fast-check';
import { median, medianRatio, percentile, spread, summarize } from '../../bench/src/harness/statistics.js';

const numbers = fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('the statistics of the benchmark', () => {
  it('take the middle one, or the mean of the two in the middle', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('find a percentile between the closest ranks, as other programs do', () => {
    expect(percentile([10, 20, 30, 40, 50], 0.25)).toBe(20);
    expect(percentile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('find no percentile below the lowest or above the highest, and never a lower one for a greater share', () => {
    fc.assert(
      fc.property(
        numbers,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, a, b) => {
          const [low, high] = [percentile(values, Math.min(a, b)), percentile(values, Math.max(a, b))];
          expect(low).toBeGreaterThanOrEqual(Math.min(...values));
          expect(high).toBeLessThanOrEqual(Math.max(...values));
          expect(high).toBeGreaterThanOrEqual(low - 1e-6 * low);
        },
      ),
    );
  });

  it('leave the order of what they are given alone', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('measure a spread as a share of the median; one round has none', () => {
    expect(spread([90, 100, 120])).toBeCloseTo(0.3);
    expect(spread([100])).toBe(0);
  });

  it('compare round by round, so that a slow round of both changes nothing', () => {
    expect(medianRatio([100, 10, 100], [50, 5, 50])).toBe(2);
    // The ratio of the medians would be 1.
    expect(medianRatio([10, 100, 1000], [5, 100, 100])).toBe(2);
    expect(medianRatio([], [])).toBeNaN();
  });

  it('summarize rounds into medians of each number, and leave out what was not measured', () => {
    const samples = [
      { opsPerSec: 10, p50Us: 3, p99Us: 9 },
      { opsPerSec: 30, p50Us: 1, p99Us: 5 },
      { opsPerSec: 20, p50Us: 2, p99Us: 7 },
    ];
    expect(
      summarize({ name: 'calls' }, { name: 'noex' }, { inFlight: 64, payloadBytes: 32 }, samples),
    ).toEqual({
      workload: 'calls',
      subject: 'noex',
      inFlight: 64,
      payloadBytes: 32,
      count: null,
      opsPerSec: 20,
      p50Us: 2,
      p99Us: 7,
      cpuUs: null,
      value: null,
      unit: null,
      spread: 1,
      perRound: [10, 30, 20],
    });
  });

  it('take the unit of the subject before that of the workload', () => {
    const row = (unit?: string) =>
      summarize({ name: 'mesh', unit: 'ms' }, { name: 'a', ...(unit ? { unit } : {}) }, {}, [{ value: 5 }])
        .unit;
    expect([row(), row('bytes')]).toEqual(['ms', 'bytes']);
  });
});
