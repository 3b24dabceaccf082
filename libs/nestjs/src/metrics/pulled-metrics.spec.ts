import { Registry } from 'prom-client';
import { parseExposition } from './exposition.spec-support.js';
import type { Metric } from './metric-names.js';
import { PulledMetrics, type Durations } from './pulled-metrics.js';

const GAUGE: Metric = { name: 'depth', type: 'gauge', help: 'How deep' };
const COUNTER: Metric = { name: 'seen_total', type: 'counter', help: 'Seen', labels: ['kind'] };
const HISTOGRAM: Metric = { name: 'took_seconds', type: 'histogram', help: 'Took' };

function setup() {
  const registry = new Registry();
  const scrape = async () => Object.fromEntries(parseExposition(await registry.metrics()).samples);
  return { registry, metrics: new PulledMetrics(registry), scrape };
}

describe('a metric that is pulled', () => {
  it('is what is read at each scrape, and is not read before', async () => {
    const { metrics, scrape } = setup();
    const read = jest.fn().mockReturnValueOnce(2).mockReturnValueOnce(1);
    metrics.add(GAUGE, read);
    expect(read).not.toHaveBeenCalled();
    expect(await scrape()).toEqual({ depth: 2 });
    expect(await scrape()).toEqual({ depth: 1 });
  });

  it('has a series for each set of labels that there is now', async () => {
    const { metrics, scrape } = setup();
    let samples: [Record<string, string>, number][] = [
      [{ of: 'a' }, 1],
      [{ of: 'b' }, 2],
    ];
    metrics.add(GAUGE, () => samples);
    expect(await scrape()).toEqual({ 'depth{of="a"}': 1, 'depth{of="b"}': 2 });
    samples = [];
    expect(await scrape()).toEqual({});
  });

  it('counts by a label, with the known values from the start', async () => {
    const { metrics, scrape } = setup();
    const counts = new Map<string, number>();
    metrics.addBy(COUNTER, 'kind', ['odd'], () => counts);
    expect(await scrape()).toEqual({ 'seen_total{kind="odd"}': 0 });
    counts.set('odd', 3).set('"even"\n', 4);
    expect(await scrape()).toEqual({ 'seen_total{kind="odd"}': 3, 'seen_total{kind="\\"even\\"\\n"}': 4 });
  });

  it('adds buckets up and turns microseconds into seconds', async () => {
    const { metrics, scrape } = setup();
    const took: Durations = { counts: [1, 0, 2], sumMicros: 1_500_000 };
    metrics.histogram(HISTOGRAM, [10, 2_500_000], () => [[{ of: 'a' }, took]]);
    expect(await scrape()).toEqual({
      'took_seconds_bucket{of="a",le="0.00001"}': 1,
      'took_seconds_bucket{of="a",le="2.5"}': 1,
      'took_seconds_bucket{of="a",le="+Inf"}': 3,
      'took_seconds_sum{of="a"}': 1.5,
      'took_seconds_count{of="a"}': 3,
    });
  });

  it('cannot have the name of another', () => {
    const { metrics } = setup();
    metrics.add(GAUGE, () => 1);
    expect(() => metrics.add(GAUGE, () => 2)).toThrow('depth');
  });
});
