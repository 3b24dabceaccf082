import { VirtualClock } from '@noex/testing';
import { Waits } from './waits.js';

const never = () => new Promise<void>(() => {});

it('waits for the work, whether it fails or not, and no longer', async () => {
  const clock = new VirtualClock();
  const waits = new Waits(clock);
  expect(await waits.within(1_000, Promise.resolve())).toBe(true);
  expect(await waits.within(1_000, Promise.reject(new Error('failed')))).toBe(true);
  expect(clock.pending).toBe(0);
});

it('waits to the limit and not beyond', async () => {
  const clock = new VirtualClock();
  const waits = new Waits(clock);
  let inTime: boolean | undefined;
  void waits.within(500, never()).then((result) => (inTime = result));
  await clock.advance(499);
  expect(inTime).toBeUndefined();
  await clock.advance(1);
  expect(inTime).toBe(false);
});

it('cut short, ends what waits and what is still to wait, and leaves no timer', async () => {
  const clock = new VirtualClock();
  const waits = new Waits(clock);
  const under = waits.within(10_000, never());
  const asleep = waits.sleep(10_000);
  waits.cutShort();
  expect([await under, waits.areCutShort]).toEqual([false, true]);
  await asleep;
  expect(await waits.within(10_000, never())).toBe(false);
  expect(clock.pending).toBe(0);
});

it('waits longer than timers of the machine can as long as they can', () => {
  void new Waits(new VirtualClock()).within(2 ** 40, never());
});
