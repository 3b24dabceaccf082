import fc from 'fast-check';
import { RoundTrip } from './round-trip.js';

it('is the time there and back, without the time the stamp was held, whatever the two clocks show', () => {
  const millis = (max: number) => fc.double({ min: 0, max, noNaN: true });
  fc.assert(
    fc.property(
      millis(1e10),
      millis(1e10),
      millis(2000),
      millis(2000),
      millis(2000),
      (ownStart, otherStart, there, held, back) => {
        const [own, other] = [new RoundTrip(), new RoundTrip()];
        other.received(otherStart, RoundTrip.stamp(ownStart), undefined);
        const echo = other.takeEcho(otherStart + held)!;
        own.received(ownStart + there + held + back, RoundTrip.stamp(otherStart), echo);
        const real = there + back;
        // A round trip that rounds to less than nothing is none.
        if (real > 0.01 || own.lastMs !== undefined) expect(Math.abs(own.lastMs! - real)).toBeLessThan(0.01);
      },
    ),
  );
});

it('a stamp goes back once, and none before one came', () => {
  const roundTrip = new RoundTrip();
  expect(roundTrip.takeEcho(5)).toBeUndefined();
  roundTrip.received(10, 77, undefined);
  expect(roundTrip.takeEcho(12.5)).toEqual({ stamp: 77, heldFor: 2500 });
  expect(roundTrip.takeEcho(13)).toBeUndefined();
  roundTrip.received(0, 78, undefined);
  expect(roundTrip.takeEcho(0)).toEqual({ stamp: 78, heldFor: 0 });
});

it('an echo that cannot be of this node leaves the last one as it was', () => {
  const roundTrip = new RoundTrip();
  roundTrip.received(10, 1, { stamp: RoundTrip.stamp(7), heldFor: 1000 });
  expect(roundTrip.lastMs).toBe(2);
  roundTrip.received(20, 2, { stamp: RoundTrip.stamp(7000), heldFor: 0 });
  expect(roundTrip.lastMs).toBe(2);
});
