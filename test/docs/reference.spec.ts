import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './pages.js';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
}

const { entryPoints, packagesRequiringDocumentation } = JSON.parse(
  readFileSync(join(ROOT, 'typedoc.json'), 'utf8'),
) as { entryPoints: string[]; packagesRequiringDocumentation: string[] };

/** Those that have an entry point already. */
const libraries = readdirSync(join(ROOT, 'libs')).filter((name) =>
  existsSync(join(ROOT, 'libs', name, 'src/index.ts')),
);

function manifestOf(library: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, 'libs', library, 'package.json'), 'utf8')) as Manifest;
}

/** The sources of what can be imported from a library, with the name it is imported by. */
function entriesOf(library: string): { file: string; module: string }[] {
  const { name, exports } = manifestOf(library);
  return Object.entries(exports).flatMap(([path, conditions]) => {
    const types = typeof conditions === 'object' ? conditions.types : undefined;
    if (types === undefined) return [];
    const source = types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts');
    return { file: `libs/${library}/${source}`, module: `${name}${path.slice(1)}` };
  });
}

describe('the API reference', () => {
  const entries = libraries.flatMap(entriesOf);

  it('is of everything that can be imported', () => {
    expect([...entryPoints].sort()).toEqual(entries.map(({ file }) => file).sort());
  });

  it('asks for the docstrings of all libraries', () => {
    expect(packagesRequiringDocumentation).toEqual(libraries.map((name) => manifestOf(name).name).sort());
  });

  it.each(entries)('calls $file by the name that it is imported by', ({ file, module }) => {
    const [, named] = /@module (\S+)/.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
    expect(named).toBe(module);
  });
});
