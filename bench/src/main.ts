import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, USAGE, type BenchArguments } from './harness/arguments.js';
import { runWorkload } from './harness/run-workload.js';
import { conditions } from './report/machine.js';
import { renderResults, replaceResults, targetsTable } from './report/page.js';
import { tablesOf } from './report/sections.js';
import { readResults, writeJson, type WorkloadResults } from './report/store.js';
import { workloads } from './workloads/index.js';

const DOCS = join(import.meta.dirname, '..', '..', 'docs');
const PAGE = join(DOCS, 'performance.md');
/** Charts, and what the page is made of. */
const FOLDER = 'performance';
const STORE = join(DOCS, FOLDER, 'results.json');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(words: readonly string[]): Promise<void> {
  if (words.includes('--help')) return say(USAGE);
  const args = parseArguments(
    words,
    workloads(false).map(({ name }) => name),
  );
  const command = ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const measured = await measureAll(args, command);
  const rows = Object.values(measured).flatMap((results) => results.rows);
  if (args.quick) say('\nThis was --quick: its numbers are worth nothing, they only show that it runs.');
  else say(`\n${targetsTable(rows)}`);
  if (args.json !== undefined) writeJson(args.json, rows);
  if (args.docs) writeDocs(measured);
}

async function measureAll(args: BenchArguments, command: string): Promise<Record<string, WorkloadResults>> {
  const measured: Record<string, WorkloadResults> = {};
  const skipped: string[] = [];
  const profiling = args.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${args.profile}`];
  for (const workload of workloads(args.quick)) {
    if (args.only.length > 0 && !args.only.includes(workload.name)) continue;
    if (args.quick && workload.slow && args.only.length === 0) {
      skipped.push(`${workload.name}: too long for --quick`);
      continue;
    }
    const at = conditions(command);
    const result = await runWorkload(workload, args, say, profiling);
    measured[workload.name] = { conditions: at, rows: result.rows };
    skipped.push(...result.skipped);
    say(`\n${workload.title}\n\n${tablesOf(workload, result.rows)}\n`);
  }
  for (const reason of skipped) say(`SKIPPED ${reason}`);
  return measured;
}

/** Results of other workloads stay as they are. */
function writeDocs(measured: Record<string, WorkloadResults>): void {
  const results = { ...readResults(STORE), ...measured };
  const { text, charts } = renderResults(workloads(false), results, FOLDER);
  writeFileSync(PAGE, replaceResults(readFileSync(PAGE, 'utf8'), text));
  rmSync(join(DOCS, FOLDER), { recursive: true, force: true });
  mkdirSync(join(DOCS, FOLDER));
  writeJson(STORE, results);
  for (const { name, svg } of charts) writeFileSync(join(DOCS, FOLDER, `${name}.svg`), svg);
}

// So that what belongs to this process ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
