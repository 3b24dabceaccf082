import type { Workload } from '../harness/workload.js';
import { describeConditions } from './machine.js';
import { chartsOf, tablesOf, type Chart } from './sections.js';
import type { Results } from './store.js';
import { markdownTable } from './table.js';
import { judge } from './targets.js';

const BEGIN = '<!-- results: written by `npm run bench -- --docs`, do not edit -->';
const END = '<!-- end of results -->';

/** The generated part of docs/performance.md, and its charts. */
export function renderResults(
  workloads: readonly Workload[],
  results: Results,
  chartFolder: string,
): { text: string; charts: Chart[] } {
  const measured = workloads.filter(({ name }) => results[name]);
  const charts: Chart[] = [];
  const sections = measured.map((workload) => {
    const { conditions, rows } = results[workload.name]!;
    const own = chartsOf(workload, rows);
    charts.push(...own);
    return [
      `### ${workload.title}`,
      `\`--only ${workload.name}\`: ${workload.about}`,
      tablesOf(workload, rows),
      ...own.map(({ name }) => `![${workload.title}](${chartFolder}/${name}.svg)`),
      `<sub>${describeConditions(conditions)}</sub>`,
    ].join('\n\n');
  });
  const rows = measured.flatMap(({ name }) => results[name]!.rows);
  return { text: [targetsTable(rows), ...sections].join('\n\n'), charts };
}

export function targetsTable(rows: Parameters<typeof judge>[0]): string {
  return markdownTable(
    ['target', 'wanted', 'measured', ''],
    judge(rows).map(({ what, target, measured, verdict }) => [what, target, measured, verdict]),
  );
}

/** The page with its generated part replaced. @throws {Error} when its marks are missing */
export function replaceResults(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`the page has no place for the results: it needs the lines\n${BEGIN}\n${END}`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`;
}
