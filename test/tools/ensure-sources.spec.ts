import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { runModule } from './run-module.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

interface Look {
  digest: string;
  orphans: string[];
  incomplete: string[];
}

function look(): Look {
  return runModule(
    `import { incompleteProjectsOf, inputsDigest, orphansOf } from './tools/ensure/sources.mjs';
    print({
      digest: inputsDigest(parameters),
      orphans: orphansOf(parameters),
      incomplete: incompleteProjectsOf(parameters),
    });`,
    folder.path(),
  ) as Look;
}

beforeEach(() => {
  folder.write({
    'tsconfig.json': '{}',
    'libs/one/tsconfig.json': '{}',
    'libs/one/package.json': '{}',
    'libs/one/src/index.ts': 'export * from "./deep/a.js";',
    'libs/one/src/deep/a.ts': 'export const a = 1;',
    'libs/one/src/deep/a.spec.ts': 'it.todo("a");',
    'libs/one/dist/index.js': '',
    'libs/one/dist/index.d.ts': '',
    'libs/one/dist/deep/a.js': '',
    'libs/one/dist/deep/a.js.map': '',
    'libs/one/dist/.tsbuildinfo': '',
    'libs/no-project/src/index.ts': '',
  });
});

describe('what the build depends on', () => {
  it('is content, neither times nor tests', () => {
    const before = look().digest;
    utimesSync(join(folder.path(), 'libs/one/src/index.ts'), 1, 1);
    folder.write({ 'libs/one/src/deep/a.spec.ts': 'it.todo("b");' });
    expect(look().digest).toBe(before);
  });

  it.each([
    ['a source', { 'libs/one/src/deep/a.ts': 'export const a = 2;' }],
    ['a new source', { 'libs/one/src/b.ts': '' }],
    ['a configuration', { 'libs/one/tsconfig.json': '{ }' }],
    ['a package.json', { 'libs/one/package.json': '{ }' }],
    ['the compiler', { 'node_modules/typescript/package.json': '{ "version": "1" }' }],
  ])('is %s', (_, files) => {
    const before = look().digest;
    folder.write(files as Record<string, string>);
    expect(look().digest).not.toBe(before);
  });
});

describe('what the build left', () => {
  it('is complete, and all of it has a source', () => {
    expect(look()).toMatchObject({ orphans: [], incomplete: [] });
  });

  it('shows outputs without a source, of tests too', () => {
    rmSync(join(folder.path(), 'libs/one/src/deep/a.ts'));
    folder.write({ 'libs/one/dist/deep/a.spec.js': '' });
    expect(look().orphans).toEqual([
      'libs/one/dist/deep/a.js',
      'libs/one/dist/deep/a.js.map',
      'libs/one/dist/deep/a.spec.js',
    ]);
  });

  it('shows projects with a source without output', () => {
    rmSync(join(folder.path(), 'libs/one/dist/deep'), { recursive: true });
    expect(look().incomplete).toEqual(['libs/one']);
  });
});
