import { VirtualClock } from '@noex/testing';
import fc from 'fast-check';
import {
  Latencies,
  LATENCY_BOUNDS,
  LatencyHistogram,
  microsOf,
  MOST_BEHAVIORS,
  OTHER_BEHAVIOR,
} from './latency.js';
import { setup } from './local-node.spec-support.js';
import type { ReplyTarget } from './message.js';
import { gate, type Work } from './puppet.spec-support.js';

const counts = (histogram: LatencyHistogram) => [...histogram.counts];
const total = (histogram: LatencyHistogram) => counts(histogram).reduce((sum, count) => sum + count, 0);

describe('a histogram', () => {
  it('counts each duration in the one bucket whose bound is the first that it does not pass, and sums them', () => {
    const duration = fc.integer({ min: 0, max: 20_000_000 });
    const start = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(start, duration)), (observed) => {
        const histogram = new LatencyHistogram();
        const expected = [...LATENCY_BOUNDS, Infinity].map(() => 0);
        for (const [begin, micros] of observed) {
          // Binary fractions, so that milliseconds hold whole microseconds exactly.
          histogram.observe(begin | 0, ((begin % 2 ** 32) + micros) / 1000 + 0.0001);
          const bucket = LATENCY_BOUNDS.findIndex((bound) => micros <= bound);
          expected[bucket < 0 ? LATENCY_BOUNDS.length : bucket]!++;
        }
        expect(counts(histogram)).toEqual(expected);
        expect(histogram.sumMicros).toBe(observed.reduce((sum, [, micros]) => sum + micros, 0));
      }),
    );
  });

  it('has bounds that ascend', () => {
    expect([...LATENCY_BOUNDS].sort((a, b) => a - b)).toEqual(LATENCY_BOUNDS);
    expect(new Set(LATENCY_BOUNDS).size).toBe(LATENCY_BOUNDS.length);
  });

  it('reckons across the moment at which the counted microseconds start anew', () => {
    const histogram = new LatencyHistogram();
    const before = 2 ** 31 / 1000 - 1;
    histogram.observe(microsOf(before), before + 3);
    expect(histogram.sumMicros).toBe(3000);
  });
});

describe('latencies', () => {
  const reply = (fromPeer: boolean): ReplyTarget => ({
    fromPeer,
    abandoned: false,
    ok() {},
    fail() {},
    threw() {},
  });

  it('are of every call of a peer, and of one in 64 of those that stay', () => {
    const latencies = new Latencies(new VirtualClock());
    const measured = (fromPeer: boolean) =>
      Array.from({ length: 640 }, () => reply(fromPeer)).filter((call) => {
        latencies.begin(call, 'puppet');
        return call.latency !== undefined || call.timing !== undefined;
      }).length;
    expect(measured(true)).toBe(640);
    expect(measured(false)).toBe(10);
  });

  it('tell the first hundred behaviors apart, and count the rest together', () => {
    const latencies = new Latencies(new VirtualClock());
    for (let n = 0; n < MOST_BEHAVIORS + 50; n++) {
      const call = reply(true);
      latencies.begin(call, `b${n}`);
      call.latency!.observe(0, 1);
    }
    const all = [...latencies.entries()];
    expect(all).toHaveLength(MOST_BEHAVIORS + 1);
    const [name, { remote }] = all.at(-1)!;
    expect([name, total(remote)]).toEqual([OTHER_BEHAVIOR, 50]);
  });
});

describe('a call on a node that measures', () => {
  async function measured() {
    const { node, clock } = setup({ measureLatency: true });
    const ref = await node.spawn('puppet');
    const local = () => [...node.latencies!.entries()][0]![1].local;
    return { clock, local, call: (work: Work) => node.call(ref, 'do', work) };
  }

  it('takes from when it is made until it is answered, the time in the mailbox included', async () => {
    const { clock, local, call } = await measured();
    const held = gate();
    const first = call(() => held.promise);
    await clock.advance(30);
    held.open();
    await first;
    expect([total(local()), local().sumMicros]).toEqual([1, 30_000]);
  });

  it('takes until its reply where that is deferred, and until its error where the handler throws', async () => {
    const { clock, local, call } = await measured();
    let reply!: { ok(value: unknown): void };
    const deferred = call((context) => void (reply = context.deferReply()));
    await clock.advance(20);
    reply.ok(1);
    await deferred;
    expect(local().sumMicros).toBe(20_000);
    for (let n = 1; n < 64; n++) await call(() => n);
    const thrown = call(() => {
      throw new Error('x');
    });
    await expect(thrown).rejects.toThrow('x');
    expect(total(local())).toBe(2);
  });

  it('counts nowhere when it is not answered', async () => {
    const { clock, local, call } = await measured();
    const unanswered = call(() => new Promise(() => {}));
    const ended = expect(unanswered).rejects.toMatchObject({ code: 'call_timeout' });
    await clock.advance(6_000);
    await ended;
    expect(total(local())).toBe(0);
  });

  it('is not measured unless that is asked for', () => {
    expect(setup().node.latencies).toBeUndefined();
  });
});
