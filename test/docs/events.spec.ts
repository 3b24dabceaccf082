import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const PAGES = join(ROOT, 'docs/operations');

/** Names of events in the sources of the libraries. */
function eventsInSources(): Set<string> {
  const files = readdirSync(join(ROOT, 'libs'), { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /^[^/]+\/src\/.*\.ts$/.test(file) &&
      !/(spec|spec-support|type-test)\.ts$/.test(file) &&
      !file.includes('node_modules'),
  );
  const found = files.flatMap((file) => {
    const source = readFileSync(join(ROOT, 'libs', file), 'utf8');
    return [...source.matchAll(/\bevent: '([a-z_]+)'/g)].map(([, event]) => event!);
  });
  return new Set(found);
}

const page = readFileSync(join(PAGES, 'events.md'), 'utf8');
const listed = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, event]) => event!);

it('docs/operations/events.md lists every event of the libraries, each once, and no other', () => {
  expect([...listed].sort()).toEqual([...eventsInSources()].sort());
});

it('docs/operations speak of no event that is not on that list', () => {
  const codes = new Set(listed);
  for (const file of readdirSync(PAGES).filter((name) => name.endsWith('.md'))) {
    const text = readFileSync(join(PAGES, file), 'utf8');
    // "logs `x`", "`x`, then `y`": names of events are in backticks after a word of logging.
    const named = [...text.matchAll(/(?:log|logs|Logged as|Seen as)\*{0,2}:? `([a-z_]+)`/g)].map(
      ([, event]) => event!,
    );
    expect(named.filter((event) => !codes.has(event))).toEqual([]);
    if (file === 'failures.md') expect(named.length).toBeGreaterThan(10);
  }
});
