import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** A block of code on a page. */
export interface Block {
  readonly language: string;
  /** The file that it is, for pages that show a whole app. */
  readonly title: string | undefined;
  readonly text: string;
}

/** The READMEs and the pages of docs/, relative to the root. */
export function pages(): string[] {
  const libraries = readdirSync(join(ROOT, 'libs')).map((name) => `libs/${name}/README.md`);
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => relative(ROOT, join(ROOT, 'docs', file)).replaceAll('\\', '/'));
  return ['README.md', 'CONTRIBUTING.md', ...libraries, ...docs].filter((page) =>
    existsSync(join(ROOT, page)),
  );
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  return [...readPage(page).matchAll(/^```(\w+)(?: title="([^"]+)")?\n([\s\S]*?)^```$/gm)].map(
    ([, language, title, text]) => ({ language: language!, title, text: text! }),
  );
}
