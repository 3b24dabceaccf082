import { Counter, Gauge, type Registry } from 'prom-client';

interface MetricName {
  readonly name: string;
  readonly help: string;
}

/** Declares metrics whose values are read when they are scraped, so that the work they count pays nothing for them. */
export class PulledMetrics {
  constructor(private readonly registry: Registry) {}

  gauge({ name, help }: MetricName, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  counter({ name, help }: MetricName, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        // The total is kept elsewhere: a counter has no `set`, and adding to the last scrape's value would double it.
        this.reset();
        this.inc(read());
      },
    });
  }

  /** `known` reasons are there from the start: Prometheus does not see a series' first increment as one. */
  counterByReason(
    { name, help }: MetricName,
    known: readonly string[],
    read: () => Iterable<readonly [reason: string, count: number]>,
  ): void {
    new Counter({
      name,
      help,
      labelNames: ['reason'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const reason of known) this.inc({ reason }, 0);
        for (const [reason, count] of read()) this.inc({ reason }, count);
      },
    });
  }
}
