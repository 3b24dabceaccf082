import { LamportClock, MAX_EPOCH } from './lamport-clock.js';

it('a tick is later than everything heard before, and than every tick before', () => {
  const clock = new LamportClock();
  expect(clock.tick()).toBe(1);
  clock.heard(7);
  clock.heard(3);
  expect([clock.now, clock.tick(), clock.tick()]).toEqual([7, 8, 9]);
});

it('a peer with an absurd time leaves room to count on', () => {
  const clock = new LamportClock();
  clock.heard(MAX_EPOCH);
  const [first, second] = [clock.tick(), clock.tick()];
  expect(second).toBe(first + 1);
  expect(second).toBeLessThan(MAX_EPOCH);
});
