import { DEFAULT_HEARTBEAT } from './heartbeat-options.js';
import { Liveness } from './liveness.js';

/** A peer whose heartbeats come every second, looked at every 250 ms, until `toMs`. */
function regular(toMs: number): Liveness {
  const liveness = new Liveness(DEFAULT_HEARTBEAT, 0);
  for (let now = 250; now <= toMs; now += 250) {
    const beats = now % 1000 === 0;
    if (beats) liveness.beat(now, 0, undefined);
    liveness.look(now, beats, 0);
  }
  return liveness;
}

it('a silence begins with the look after the last frame, of whatever kind', () => {
  const liveness = regular(10_000);
  liveness.look(10_250, true, 0);
  liveness.look(10_500, false, 0);
  expect([liveness.silenceMs(10_500), liveness.silenceMs(12_000)]).toEqual([250, 1750]);
});

it('the time that this node hung is no silence of the peer', () => {
  const liveness = regular(10_000);
  liveness.look(70_250, false, 60_000);
  expect(liveness.silenceMs(70_250)).toBe(250);
});

it('regular heartbeats make a silence suspicious that is nothing in the first seconds', () => {
  expect(regular(100_000).phi(3650)).toBeGreaterThan(8);
  expect(regular(1000).phi(3650)).toBeLessThan(8);
});

it('an interval in which this node hung says nothing of the peer, on which side of the look it ended', () => {
  const before = regular(100_000).phi(3550);
  const beatFirst = regular(100_000);
  beatFirst.beat(105_000, 0, undefined);
  beatFirst.look(105_000, true, 4750);
  const lookFirst = regular(100_000);
  lookFirst.look(105_000, false, 4750);
  lookFirst.beat(105_001, 0, undefined);
  lookFirst.look(105_250, true, 0);
  for (const liveness of [beatFirst, lookFirst]) expect(liveness.phi(3550)).toBe(before);
});

it('heartbeats that were held up and come together are one arrival', () => {
  const [one, many] = [regular(50_000), regular(50_000)];
  one.beat(53_000, 0, undefined);
  for (let i = 0; i < 3; i++) many.beat(53_000, i, undefined);
  for (const liveness of [one, many]) liveness.look(53_000, true, 0);
  expect(many.phi(3550)).toBe(one.phi(3550));
  expect(one.phi(3550)).toBeLessThan(regular(50_000).phi(3550));
});
