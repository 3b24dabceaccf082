import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPTION_DEFAULTS } from '../../libs/nestjs/src/options/option-defaults.js';
import { OPTION_PATHS, optionField, type OptionPath } from '../../libs/nestjs/src/options/option-fields.js';
import { pages, readPage, ROOT } from './pages.js';

interface Row {
  readonly variable: string | undefined;
  readonly option: string;
  readonly default: string;
}

/** The rows of every table with the columns `option` and `default`; one that stands for several options gives one for each. */
function optionRows(page: string): Row[] {
  const tables = [...readPage(page).matchAll(/^\|(.+)\|\n\|[-| ]+\|\n((?:\|.*\|\n)+)/gm)];
  return tables.flatMap(([, head, body]) => {
    const columns = cells(head!);
    if (!columns.includes('option') || !columns.includes('default')) return [];
    return body!
      .trim()
      .split('\n')
      .flatMap((line) => {
        const row = cells(line.slice(1, -1));
        const at = (column: string) => row[columns.indexOf(column)];
        const options = at('option')!.split(', ');
        const defaults = options.length > 1 ? at('default')!.split(', ') : [at('default')!];
        return options.map((option, n) => ({ variable: at('variable'), option, default: defaults[n]! }));
      });
  });
}

function cells(line: string): string[] {
  return line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
}

/** How a default is written. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none';
  if (typeof value === 'number' && value >= 2 ** 20 && value % 2 ** 20 === 0) return `${value / 2 ** 20} MiB`;
  return String(value);
}

/** Options that are values, and no groups of others. */
const options = OPTION_PATHS.filter((path) => !OPTION_PATHS.some((other) => other.startsWith(`${path}.`)));

/** Variables that are read past the table of options. */
function otherVariables(): string[] {
  const folder = join(ROOT, 'libs/nestjs/src/options');
  const sources = readdirSync(folder).filter((name) => !name.includes('spec'));
  return sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/\benv\[?'?\.?([A-Z][A-Z_]+)/g)].map(
      ([, found]) => found!,
    ),
  );
}

describe('the tables of options', () => {
  const deployment = optionRows('docs/guide/deployment.md');

  it('name every option once, with the variable that sets it', () => {
    const expected = options.map((option) => [option, optionField(option).variable ?? 'none']);
    const rows = deployment.filter(
      ({ variable }) => variable === undefined || !otherVariables().includes(variable),
    );
    const secret = deployment.filter(({ variable }) => variable === 'CLUSTER_SECRET');
    const named = [...rows, ...secret].map(({ option, variable }) => [option, variable ?? 'none']);
    expect(named.sort()).toEqual(expected.sort());
  });

  it('name every other variable that is read', () => {
    const named = deployment.map(({ variable }) => variable);
    expect(otherVariables()).toContain('CLUSTER_SECRET_FILE');
    expect(otherVariables().filter((variable) => !named.includes(variable))).toEqual([]);
  });

  it.each(pages().filter((page) => optionRows(page).length > 0))(
    'give the defaults as they are, in %s',
    (page) => {
      const rows = optionRows(page).filter(
        ({ option }) => option in OPTION_DEFAULTS && options.includes(option as OptionPath),
      );
      for (const { option, default: given } of rows)
        expect(`${option}: ${given}`).toBe(
          `${option}: ${shown(OPTION_DEFAULTS[option as keyof typeof OPTION_DEFAULTS])}`,
        );
      const unknown = optionRows(page).filter(({ option }) => !OPTION_PATHS.includes(option as OptionPath));
      expect(unknown.map(({ option }) => option)).toEqual([]);
    },
  );
});
