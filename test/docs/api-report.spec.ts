import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runModule } from '../tools/run-module.js';

const ROOT = join(__dirname, '../..');

const INDEX = `
export { shelf, type Shelf } from './shelf.js';
export declare class Shop {
    private till;
    constructor(owner: string);
    open(hours: Hours): void;
}
interface Hours { from: number; }
interface Secret { key: string; }
`;
const SHELF = 'export interface Shelf { books: number; }\nexport declare const shelf: Shelf;\n';

interface Sources {
  readonly index?: string;
  readonly shelf?: string;
}

const SEEN: Record<string, Sources> = {
  'an export that is new': { index: `${INDEX}export declare const more: 1;` },
  'an export that is gone': { index: INDEX.replace('shelf, ', '') },
  'another parameter': { index: INDEX.replace('hours: Hours', 'hours?: Hours') },
  'a change of what is mentioned only': { index: INDEX.replace('from: number', 'from: string') },
  'a change in another file': { shelf: SHELF.replace('books', 'cups') },
};
const UNSEEN: Record<string, Sources> = {
  'a comment': { index: INDEX.replace('open(', '/** Not yet. */\n    open(') },
  'a private member': { index: INDEX.replace('till', 'safe') },
  'what nobody mentions': { index: INDEX.replace('key', 'lock') },
};

/** A repository whose only library, `shop`, was built to these declarations. */
function repositoryWith(root: string, { index = INDEX, shelf = SHELF }: Sources): string {
  const library = join(root, 'libs/shop');
  mkdirSync(join(library, 'dist'), { recursive: true });
  const exports = { '.': { types: './dist/index.d.ts' }, './package.json': './package.json' };
  writeFileSync(join(library, 'package.json'), JSON.stringify({ name: '@noex/shop', exports }));
  writeFileSync(join(library, 'dist/index.d.ts'), index);
  writeFileSync(join(library, 'dist/shelf.d.ts'), shelf);
  return root;
}

describe('the reports of the public API', () => {
  let folder: string;
  let reports: Record<string, string>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'noex-api-report-'));
    const all = Object.entries({ unchanged: {}, ...SEEN, ...UNSEEN });
    const roots = all.map(([name, sources]) => [name, repositoryWith(join(folder, name), sources)]);
    reports = runModule(
      `import { reportsOf } from './tools/api-report.mjs';
      print(Object.fromEntries(parameters.map(([name, root]) => [name, reportsOf(root).get('shop.api.md')])));`,
      roots,
    ) as Record<string, string>;
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('say what the libraries export', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tools/api-report.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  }, 120_000);

  it('hold each export, and what it mentions, whether exported or not', () => {
    expect(reports.unchanged).toContain('open(hours: Hours): void;');
    expect(reports.unchanged).toContain('from: number;');
    expect(reports.unchanged).toContain('declare const shelf: Shelf;');
    expect(reports.unchanged).toContain('books: number;');
    expect(reports.unchanged).not.toMatch(/Secret|till/);
  });

  it.each(Object.keys(SEEN))('are changed by %s', (change) => {
    expect(reports[change]).not.toBe(reports.unchanged);
  });

  it.each(Object.keys(UNSEEN))('are not changed by %s', (change) => {
    expect(reports[change]).toBe(reports.unchanged);
  });
});

describe('the differences of two reports', () => {
  it('are the lines that only one of them has, in their order', () => {
    const differences = runModule(
      `import { differencesOf } from './tools/api-report/differences.mjs';
      print([differencesOf('a\\nb\\nc\\nd', 'a\\nx\\nc\\nd\\ne'), differencesOf('a\\nb', 'a\\nb')]);`,
    );
    expect(differences).toEqual(['- b\n+ x\n+ e', '']);
  });
});
