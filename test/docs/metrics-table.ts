import { METRICS, type Metric } from '@noex/nestjs/metrics';

/** Around the table in docs/operations/metrics.md. */
const BEGIN = '<!-- the table: written by METRICS_TABLE=write npx jest test/docs/metrics.spec.ts -->';
const END = '<!-- the end of the table -->';

const cell = (text: string) => text.replaceAll('|', '\\|');

function row({ name, type, labels = [], help }: Metric): string {
  const named = labels.map((label) => `\`${label}\``).join(', ');
  return `| \`${name}\` | ${type} | ${named} | ${cell(help)} |`;
}

/** The page with the table that belongs there. Throws where the page has no place for it. */
export function withMetricsTable(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${BEGIN} and ${END}`);
  const rows = Object.values(METRICS).map(row);
  const table = ['| metric | type | labels | help |', '|---|---|---|---|', ...rows].join('\n');
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
}
