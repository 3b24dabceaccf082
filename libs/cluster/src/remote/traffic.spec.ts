import { LatencyHistogram } from '@noex/runtime';
import { ManualClock } from '../cluster.spec-support.js';
import { Traffic } from './traffic.js';

function setup(measures = true) {
  const clock = new ManualClock();
  const now = jest.spyOn(clock, 'now');
  return { clock, now, traffic: new Traffic(clock, measures) };
}
const total = ({ counts }: LatencyHistogram) => [...counts].reduce((sum, count) => sum + count, 0);

describe('the traffic with a peer', () => {
  it('looks at the clock once for all messages of a frame, and not for a frame that asks for no time', () => {
    const { clock, now, traffic } = setup();
    clock.advance(5);
    now.mockClear();
    traffic.received(10);
    traffic.received(20);
    expect(now).not.toHaveBeenCalled();
    expect([traffic.frameTime, traffic.frameTime]).toEqual([5, 5]);
    expect(now).toHaveBeenCalledTimes(1);
    clock.advance(2);
    traffic.received(30);
    expect(traffic.frameTime).toBe(7);
    expect([traffic.framesReceived, traffic.bytesReceived]).toEqual([3, 60]);
  });

  it('times answers from when their call began, and none that nobody waits for', () => {
    const { clock, traffic } = setup();
    clock.advance(9);
    traffic.received(10);
    const call = { startedAt: 4_000 };
    expect(traffic.answered(call)).toBe(call);
    expect(traffic.answered(undefined)).toBeUndefined();
    expect([total(traffic.roundTrips!), traffic.roundTrips!.sumMicros]).toEqual([1, 5_000]);
  });

  it('times its own answers until they leave, each once', () => {
    const { clock, now, traffic } = setup();
    const [one, two] = [new LatencyHistogram(), new LatencyHistogram()];
    for (const latency of [one, one, two]) traffic.answer(0, latency);
    traffic.answer(1_000, two);
    clock.advance(3);
    now.mockClear();
    traffic.flushed();
    clock.advance(3);
    traffic.flushed();
    expect(now).toHaveBeenCalledTimes(1);
    expect([one, two].map((h) => [total(h), h.sumMicros])).toEqual([
      [2, 6_000],
      [2, 5_000],
    ]);
  });

  it('measures nothing where that is not asked for', () => {
    const { now, traffic } = setup(false);
    traffic.received(1);
    traffic.answered({ startedAt: 0 });
    traffic.flushed();
    expect(traffic.roundTrips).toBeUndefined();
    expect(now).not.toHaveBeenCalled();
  });
});
