import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { blocksOf, ROOT } from './pages.js';

const RECIPES = join(ROOT, 'test/recipes');

/** The files of a page's app, which a spec beside them runs. */
function filesOf(recipe: string): Record<string, string> {
  const names = readdirSync(join(RECIPES, recipe)).filter((name) => !name.includes('spec'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(RECIPES, recipe, name), 'utf8')]));
}

describe('a page that shows a whole app', () => {
  it.each(readdirSync(RECIPES))('shows the one that is tested: %s', (recipe) => {
    const shown = blocksOf(`docs/guide/${recipe}.md`)
      .filter(({ title }) => title !== undefined)
      .map(({ title, text }) => [basename(title!), text]);
    expect(shown.length).toBeGreaterThan(0);
    expect(Object.fromEntries(shown)).toEqual(filesOf(recipe));
  });
});
