import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pages, readPage, ROOT } from './pages.js';

/** What a page links to, code aside. */
function linksOf(page: string): string[] {
  const prose = readPage(page).replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors of a page's headings, as the usual renderers of Markdown make them. */
function anchorsOf(page: string): string[] {
  const headings = readPage(page).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere; undefined where it leads somewhere, or out of the repository. */
function problemOf(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), path);
  if (!existsSync(target)) return `${link}: there is no such file`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(relative(ROOT, target)).includes(anchor) ? undefined : `${link}: there is no such heading`;
}

describe('the links of the READMEs and of docs/', () => {
  it.each(pages())('lead somewhere, in %s', (page) => {
    expect(linksOf(page).flatMap((link) => problemOf(page, link) ?? [])).toEqual([]);
  });

  it('lead from the table of contents to every page of the guide and of operations', () => {
    const linked = linksOf('docs/README.md').map((link) => join('docs', link));
    const expected = pages().filter((page) => /^docs\/(guide|operations|deployment)\//.test(page));
    expect(expected.filter((page) => !linked.includes(join(page)))).toEqual([]);
  });
});
