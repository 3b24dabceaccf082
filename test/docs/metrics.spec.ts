import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '@noex/nestjs/metrics';
import { withMetricsTable } from './metrics-table.js';

const PAGE = join(__dirname, '../../docs/operations/metrics.md');
const page = () => readFileSync(PAGE, 'utf8');
if (process.env.METRICS_TABLE === 'write') writeFileSync(PAGE, withMetricsTable(page()));

it('docs/operations/metrics.md lists every metric as it is: METRICS_TABLE=write npx jest test/docs/metrics.spec.ts', () => {
  expect(page()).toBe(withMetricsTable(page()));
});

it('docs/operations/metrics.md speaks of no metric of ours that there is not', () => {
  const names = new Set<string>(Object.values(METRICS).map(({ name }) => name));
  const spoken = [...page().matchAll(/\bnoex_[a-z_]+/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  );
  expect(spoken.filter((name) => !names.has(name))).toEqual([]);
  expect(spoken.length).toBeGreaterThan(names.size);
});
