import { Registry } from 'prom-client';

/**
 * The Prometheus page: the node's own metrics, then those of `shared`, where @willsoto/nestjs-prometheus keeps the ones
 * that an app declares with `makeCounterProvider` and the like. Of a name that both have, the node's own is shown, since
 * a page that holds a name twice is refused as a whole.
 */
export async function metricsPage(own: Registry, shared: Registry): Promise<string> {
  const page = await own.metrics();
  if (shared.contentType !== own.contentType) {
    return `${page}# prom-client's global registry is left out: it is set to ${shared.contentType}\n`;
  }
  const names = shared.getMetricsAsArray().map(({ name }) => name);
  const added = await Promise.all(
    names.filter((name) => !own.getSingleMetric(name)).map((name) => shared.getSingleMetricAsString(name)),
  );
  return [page, ...added.map((metric) => `${metric}\n`)].join('\n');
}
