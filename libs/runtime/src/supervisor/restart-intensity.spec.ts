import fc from 'fast-check';
import { countRestart } from './restart-intensity.js';

const countAll = (times: readonly number[], maxRestarts: number, withinMs: number): boolean[] => {
  let restarts: readonly number[] = [];
  return times.map((now) => {
    const count = countRestart(restarts, now, maxRestarts, withinMs);
    restarts = count.restarts;
    return count.exceeded;
  });
};

describe('the restart intensity', () => {
  it('allows maxRestarts restarts within the time and refuses the next', () => {
    expect(countAll([0, 10, 20], 2, 5000)).toEqual([false, false, true]);
  });

  it('allows none with maxRestarts 0', () => {
    expect(countAll([7], 0, 5000)).toEqual([true]);
  });

  it('counts a restart that is exactly withinMs old, and forgets it a millisecond later', () => {
    expect(countAll([0, 5000], 1, 5000)).toEqual([false, true]);
    expect(countAll([0, 5001], 1, 5000)).toEqual([false, false]);
  });

  it('moves with time: old restarts make room for new ones', () => {
    expect(countAll([0, 4000, 5001, 9002], 2, 5000)).toEqual([false, false, false, false]);
    expect(countAll([0, 4000, 5001, 8999], 2, 5000)).toEqual([false, false, false, true]);
  });

  it('is exceeded exactly when the last withinMs hold more than maxRestarts, and keeps no others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(300), { minLength: 1, maxLength: 50 }),
        fc.nat(5),
        fc.integer({ min: 1, max: 1000 }),
        (steps, maxRestarts, withinMs) => {
          let now = 0;
          const times = steps.map((step) => (now += step));
          const exceeded = countAll(times, maxRestarts, withinMs);
          times.forEach((at, n) => {
            const recent = times.slice(0, n + 1).filter((time) => time >= at - withinMs);
            expect(exceeded[n]).toBe(recent.length > maxRestarts);
          });
        },
      ),
    );
  });
});
