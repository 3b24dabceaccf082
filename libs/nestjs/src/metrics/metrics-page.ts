import { Registry } from 'prom-client';

/**
 * The Prometheus page: the metrics of nodes (which differ in a label), then those of `shared`, where @willsoto/nestjs-prometheus keeps the ones
 * that an app declares with `makeCounterProvider` and the like. Of a name that both have, the nodes' own is shown, since
 * a page that holds a name twice is refused as a whole.
 */
export async function metricsPage(own: readonly Registry[], shared: Registry): Promise<string> {
  const page = own.length === 1 ? await own[0]!.metrics() : await joined(own);
  if (shared.contentType !== own[0]!.contentType) {
    return `${page}# prom-client's global registry is left out: it is set to ${shared.contentType}\n`;
  }
  const names = shared.getMetricsAsArray().map(({ name }) => name);
  const added = await Promise.all(
    names
      .filter((name) => !own.some((registry) => registry.getSingleMetric(name)))
      .map((name) => shared.getSingleMetricAsString(name)),
  );
  return [page, ...added.map((metric) => `${metric}\n`)].join('\n');
}

/** All samples of one metric stand together, under one head. */
async function joined(registries: readonly Registry[]): Promise<string> {
  const names = new Set(registries.flatMap((each) => each.getMetricsAsArray().map(({ name }) => name)));
  const metrics = await Promise.all(
    [...names].map(async (name) => {
      const having = registries.filter((each) => each.getSingleMetric(name));
      const [first, ...others] = await Promise.all(having.map((each) => each.getSingleMetricAsString(name)));
      return [first, ...others.flatMap(samplesOf)].join('\n');
    }),
  );
  return `${metrics.join('\n\n')}\n`;
}

function samplesOf(metric: string): string[] {
  return metric.split('\n').filter((line) => !line.startsWith('#'));
}
