import type { Metric as PromMetric, Registry } from 'prom-client';
import type { Metric } from './metric-names.js';

export type Labels = Readonly<Record<string, string>>;
export type Samples = Iterable<readonly [labels: Labels, value: number]>;

/** How often something took how long. */
export interface Durations {
  /** One for each bound and one for what is beyond the last; each bucket by itself. */
  readonly counts: Iterable<number>;
  readonly sumMicros: number;
}

/** A line of a metric, in the shape that a prom-client registry writes. */
interface Line {
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Declares metrics whose values are read when they are scraped, so that the work they count pays nothing for them. */
export class PulledMetrics {
  /** `common`: labels of every sample. */
  constructor(
    private readonly registry: Registry,
    private readonly common: Labels = {},
  ) {}

  /** One number, or a sample for each set of labels. */
  add(metric: Metric, read: () => number | Samples): void {
    this.register(metric, function* () {
      const value = read();
      if (typeof value === 'number') yield { labels: {}, value };
      else for (const [labels, sample] of value) yield { labels, value: sample };
    });
  }

  /** `known` values of the label are there from the start: Prometheus does not see a series' first increment as one. */
  addBy(
    metric: Metric,
    label: string,
    known: readonly string[],
    read: () => Iterable<readonly [value: string, count: number]>,
  ): void {
    this.add(metric, () => {
      const counts = new Map(known.map((value) => [value, 0]));
      for (const [value, count] of read()) counts.set(value, count);
      return [...counts].map(([value, count]) => [{ [label]: value }, count] as const);
    });
  }

  /** `bounds`: of the buckets, in microseconds, ascending. */
  histogram(
    metric: Metric,
    bounds: readonly number[],
    read: () => Iterable<readonly [labels: Labels, durations: Durations]>,
  ): void {
    const { name } = metric;
    const edges = [...bounds.map((micros) => String(micros / 1e6)), '+Inf'];
    this.register(metric, function* () {
      for (const [labels, { counts, sumMicros }] of read()) {
        let total = 0;
        let bucket = 0;
        for (const count of counts) {
          total += count;
          yield { metricName: `${name}_bucket`, labels: { ...labels, le: edges[bucket++]! }, value: total };
        }
        yield { metricName: `${name}_sum`, labels, value: sumMicros / 1e6 };
        yield { metricName: `${name}_count`, labels, value: total };
      }
    });
  }

  /** Without prom-client's own counters: they have no way to take a total that is kept elsewhere. */
  private register({ name, type, help }: Metric, lines: () => Iterable<Line>): void {
    const { common } = this;
    const labelled = (line: Line): Line => ({ ...line, labels: { ...common, ...line.labels } });
    const metric = {
      name,
      type,
      help,
      aggregator: 'sum',
      get: async () => ({ name, type, help, aggregator: 'sum', values: Array.from(lines(), labelled) }),
      /** There is nothing here to reset. */
      reset: () => {},
    };
    this.registry.registerMetric(metric as unknown as PromMetric);
  }
}
