// The public API of each library, written down in api/<library>.api.md, so that a change of it is seen: `node tools/api-report.mjs`
// writes the reports, `--check` compares them and exits with 1 and the differences where they are out of date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entriesOf, programOf, sectionsOf } from './api-report/exports.mjs';
import { differencesOf } from './api-report/differences.mjs';
import { ensureBuilt } from './ensure.mjs';
import { ROOT } from './ensure/root.mjs';

/** @returns {Map<string, string>} the report of each library by its file name. Reads what the libraries' last build has declared. */
export function reportsOf(root) {
  const libraries = readdirSync(join(root, 'libs')).map((name) => ({
    name,
    entries: entriesOf(join(root, 'libs', name)),
  }));
  const program = programOf(libraries.flatMap(({ entries }) => entries.map(({ file }) => file)));
  return new Map(
    libraries.map(({ name, entries }) => {
      const sections = sectionsOf(program, entries);
      return [`${name}.api.md`, `# API of ${entries[0].name}\n\n${NOTE}\n\n${sections.join('\n\n')}\n`];
    }),
  );
}

const NOTE =
  'Written by `node tools/api-report.mjs`, compared by `test/docs/api-report.spec.ts`. Do not edit.';

function write(root, reports) {
  rmSync(join(root, 'api'), { recursive: true, force: true });
  mkdirSync(join(root, 'api'));
  for (const [file, report] of reports) writeFileSync(join(root, 'api', file), report);
}

/** @returns {string[]} what is out of date, with the lines that differ */
function check(root, reports) {
  const present = existsSync(join(root, 'api')) ? readdirSync(join(root, 'api')) : [];
  const gone = present.filter((file) => !reports.has(file)).map((file) => `api/${file} is of no library`);
  const changed = [...reports].flatMap(([file, report]) => {
    const recorded = present.includes(file) ? readFileSync(join(root, 'api', file), 'utf8') : '';
    return recorded === report ? [] : [`api/${file}\n${differencesOf(recorded, report)}`];
  });
  return [...gone, ...changed];
}

async function main(args) {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown !== undefined) throw new Error(`unknown option ${unknown}: say --check or nothing`);
  await ensureBuilt();
  const reports = reportsOf(ROOT);
  if (!args.includes('--check')) return write(ROOT, reports);
  const problems = check(ROOT, reports);
  if (problems.length === 0) return;
  console.error(
    `${problems.join('\n\n')}\n\nThe public API has changed. If that is meant: node tools/api-report.mjs`,
  );
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
