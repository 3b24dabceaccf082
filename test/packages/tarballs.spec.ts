import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { runModule } from '../tools/run-module.js';

interface Manifest {
  readonly license: string;
  readonly type: string;
  readonly sideEffects: boolean;
  readonly engines: { readonly node: string };
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly bin?: Record<string, string>;
  readonly schematics?: string;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional: boolean }>;
}

interface Packed {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  readonly files: readonly string[];
  readonly manifest: Manifest;
}

const LIBRARIES = [
  'cli',
  'cluster',
  'contracts',
  'nestjs',
  'runtime',
  'testing',
  'transport-memory',
  'transport-nats',
  'transport-tcp',
].map((name) => `@noex/${name}`);
const ROOT = join(__dirname, '../..');
/** Inside the repository, where what the packages need of others is found. */
const folder = join(ROOT, '.cache/tarballs');

let packed: Packed[];
const packageOf = (name: string): Packed => packed.find((candidate) => candidate.name === name)!;
const unpacked = (name: string, ...path: string[]): string => join(folder, 'node_modules', name, ...path);

/** Every module that a file of a package imports, its types included. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);
}

function packageNameOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Runs code in Node itself, in the folder that has the unpacked packages. */
function node(args: readonly string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  packed = runModule(
    `import { packLibraries } from './test/packages/support/pack.mjs';
    print(await packLibraries(process.cwd(), parameters));`,
    folder,
  ) as Packed[];
  for (const { name, tarball } of packed) {
    mkdirSync(unpacked(name), { recursive: true });
    const { status } = spawnSync('tar', ['-xzf', tarball, '-C', unpacked(name), '--strip-components=1']);
    if (status !== 0) throw new Error(`${tarball} cannot be unpacked`);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('every library is packed', () => {
  expect(packed.map(({ name }) => name).sort()).toEqual(LIBRARIES);
});

describe.each(LIBRARIES)('the tarball of %s', (name) => {
  it('says what it is: license, releases of Node, ES modules without side effects', () => {
    const { manifest } = packageOf(name);
    expect(manifest).toMatchObject({ license: 'MIT', type: 'module', sideEffects: false });
    expect(manifest.engines.node).toBe('^20.19.0 || ^22.12.0 || >=24.0.0');
  });

  it('holds the build, a README and the license, and neither sources nor tests', () => {
    const { files } = packageOf(name);
    expect(files).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']),
    );
    expect(
      files.filter((file) =>
        /(^|\/)src\/|\.(spec|e2e-spec|spec-support|type-test)\.|tsconfig|tsbuildinfo/.test(file),
      ),
    ).toEqual([]);
    expect(
      files.filter((file) => !/^(dist|bin|schematics)\/|^(package\.json|README\.md|LICENSE)$/.test(file)),
    ).toEqual([]);
  });

  it('has every file that its package.json names, with types for each entry', () => {
    const { files, manifest } = packageOf(name);
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string');
    const named = [
      ...Object.values(manifest.exports).flatMap((entry) =>
        typeof entry === 'string' ? entry : [entry.types, entry.default],
      ),
      ...Object.values(manifest.bin ?? {}),
      ...(manifest.schematics ? [manifest.schematics] : []),
    ].map((path) => path.replace(/^\.\//, ''));
    expect(entries.length).toBeGreaterThan(0);
    expect(named.filter((path) => !files.includes(path))).toEqual([]);
  });

  it('imports nothing that it does not ask for, by code or by types', () => {
    const { files, manifest } = packageOf(name);
    const asked = [name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })];
    const imported = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .flatMap((file) => importsOf(unpacked(name, file)).map((specifier) => ({ file, specifier })))
      .filter(
        ({ specifier }) =>
          !specifier.startsWith('.') && !specifier.startsWith('node:') && !builtinModules.includes(specifier),
      );
    expect(imported.filter(({ specifier }) => !asked.includes(packageNameOf(specifier)))).toEqual([]);
  });

  it('asks for our other packages in the version it was packed with, and for peers in ranges', () => {
    const { manifest } = packageOf(name);
    const all = Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies });
    const ours = all.filter(([other]) => other.startsWith('@noex/'));
    expect(ours.filter(([other, range]) => range !== packageOf(other)?.version)).toEqual([]);
    const peers = Object.entries(manifest.peerDependencies ?? {}).filter(
      ([other]) => !other.startsWith('@noex/'),
    );
    expect(peers.filter(([, range]) => !/^\^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
  });

  it('can be imported at each of its entries, and required by CommonJS, with the same exports', () => {
    const { manifest } = packageOf(name);
    const entries = Object.entries(manifest.exports).filter(([, entry]) => typeof entry !== 'string');
    const specifiers = JSON.stringify(entries.map(([path]) => `${name}${path.slice(1)}`));
    const names =
      'Object.keys(module).filter((key) => key !== "module.exports" && key !== "__esModule").sort()';
    const imported = node([
      '--input-type=module',
      '-e',
      `import 'reflect-metadata'; const all = []; for (const name of ${specifiers}) { const module = await import(name); all.push(${names}); } console.log(JSON.stringify(all));`,
    ]);
    const required = node([
      '--no-warnings',
      '--input-type=commonjs',
      '-e',
      `require('reflect-metadata'); const all = []; for (const name of ${specifiers}) { const module = require(name); all.push(${names}); } console.log(JSON.stringify(all));`,
    ]);
    expect(imported).toEqual(required);
    expect((imported as string[][]).filter((exported) => exported.length === 0)).toEqual([]);
  });
});
