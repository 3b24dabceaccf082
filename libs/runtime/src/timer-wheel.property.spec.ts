import fc from 'fast-check';
import { VirtualClock } from '@noex/testing';
import { TimerWheel, WheelEntry } from './timer-wheel.js';

const TICK_MS = 10;

class Timer extends WheelEntry {
  readonly firedAt: number[] = [];
  removed = false;
  constructor(
    readonly due: number,
    private readonly clock: VirtualClock,
    private readonly then: () => void = () => {},
  ) {
    super();
  }
  override expire(): void {
    this.firedAt.push(this.clock.now());
    this.then();
  }
}

const delay = fc.oneof(
  { weight: 4, arbitrary: fc.nat(200) },
  { weight: 2, arbitrary: fc.nat(6_000) },
  { weight: 1, arbitrary: fc.nat(60_000) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 50, noNaN: true }) },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), ms: delay }) },
  // An entry that, when it fires, removes an older one and adds another.
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('chain' as const), ms: delay, next: delay, which: fc.nat() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(300) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.nat(12_000) }) },
);

it('keeps to a naive list of due times, whatever is added, removed and delayed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(10_000), fc.array(step, { maxLength: 30 }), async (start, steps) => {
      const clock = new VirtualClock(start);
      const wheel = new TimerWheel(clock);
      const timers: Timer[] = [];
      // Spans in which no timer of the machine could fire.
      const stalls: { from: number; to: number }[] = [];
      const add = (ms: number, then?: () => void) => {
        const timer = new Timer(clock.now() + ms, clock, then);
        timers.push(timer);
        wheel.add(timer, ms);
      };
      const remove = (which: number) => {
        const timer = timers[which % timers.length];
        if (!timer) return;
        wheel.remove(timer);
        if (timer.firedAt.length === 0) timer.removed = true;
      };
      const waiting = () => timers.filter((timer) => timer.firedAt.length === 0 && !timer.removed).length;

      for (const s of steps) {
        if (s.kind === 'add') add(s.ms);
        else if (s.kind === 'remove') remove(s.which);
        else if (s.kind === 'chain') {
          add(s.ms, () => {
            remove(s.which);
            add(s.next);
          });
        } else if (s.kind === 'advance') await clock.advance(s.ms);
        else {
          stalls.push({ from: clock.now(), to: clock.now() + s.ms });
          clock.stall(s.ms);
          await clock.advance(0);
        }
        expect(wheel.size).toBe(waiting());
      }
      await clock.advance(200_000);

      for (const { due, firedAt, removed } of timers) {
        if (removed) {
          expect(firedAt).toEqual([]);
          continue;
        }
        expect(firedAt).toHaveLength(1);
        const latest = stalls.reduce((t, { from, to }) => (from < t && t < to ? to : t), due + TICK_MS);
        expect(firedAt[0]).toBeGreaterThanOrEqual(due);
        expect(firedAt[0]).toBeLessThanOrEqual(latest);
      }
      expect(wheel.size).toBe(0);
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 300 },
  );
});
