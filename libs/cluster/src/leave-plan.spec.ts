import fc from 'fast-check';
import { planDrain, planStop } from './leave-plan.js';

it('splits the default budget of 20 s, with five for probes to notice', () => {
  const { noticeMs, finishMs, stopMs } = planDrain(20_000, 5_000);
  expect([noticeMs, finishMs, stopMs]).toEqual([5_000, 14_750, 17_000]);
  expect(planStop(20_000 - stopMs)).toEqual({ firstMs: 2_400, processesMs: 2_850, closeMs: 3_000 });
});

it('gives the notice half of the budget at most, so that there is time to finish and to stop', () => {
  expect(planDrain(1_000, 5_000)).toEqual({ noticeMs: 500, finishMs: 825, stopMs: 900 });
});

it('keeps every phase within the one budget, each ending no sooner than the one before', () => {
  const ms = fc.integer({ min: 0, max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(ms, ms, (budgetMs, wantedMs) => {
      const { noticeMs, finishMs, stopMs } = planDrain(budgetMs, wantedMs);
      const { firstMs, processesMs, closeMs } = planStop(budgetMs - stopMs);
      const stops = [firstMs, processesMs, closeMs].map((end) => stopMs + end);
      const ends = [0, noticeMs, finishMs, stopMs, ...stops];
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
      expect(noticeMs).toBeLessThanOrEqual(wantedMs);
      expect(ends.at(-1)).toBeCloseTo(budgetMs, 3);
    }),
  );
});
