import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { collect } from '../../../apps/worker/image/collect.mjs';

/** A tree of workspaces and installed packages; returns whether a path has come into the image. */
function collected(t, manifests) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'noex-collect-')));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [folder, manifest] of Object.entries(manifests)) {
    for (const file of ['dist/main.js', 'dist/main.js.map', 'dist/main.d.ts', 'src/main.ts', 'LICENSE']) {
      const path = join(root, folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
    }
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify(manifest));
    if (!folder.startsWith('libs/')) continue;
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    symlinkSync(`../${folder}`, join(root, 'node_modules', manifest.name));
  }
  const to = join(root, 'image');
  collect('apps/worker', root, to);
  return { has: (path) => existsSync(join(to, path)), to };
}

const app = (manifest) => ({ 'apps/worker': { name: 'worker', ...manifest } });

test('what a package needs comes along, from the nearest node_modules, and nothing else', (t) => {
  const { has } = collected(t, {
    ...app({ dependencies: { a: '1' }, devDependencies: { compiler: '1' } }),
    'node_modules/a': { dependencies: { b: '2' } },
    'node_modules/a/node_modules/b': { version: '2' },
    'node_modules/b': { version: '1' },
    'node_modules/compiler': {},
  });
  assert.ok(has('node_modules/a/dist/main.js') && has('node_modules/a/LICENSE'));
  assert.ok(has('node_modules/a/node_modules/b/package.json'));
  assert.ok(!has('node_modules/b') && !has('node_modules/compiler'));
});

test('optional dependencies and peers come along, an optional peer only where somebody needs it', (t) => {
  const { has } = collected(t, {
    ...app({ dependencies: { a: '1', wanted: '1' }, optionalDependencies: { native: '1', missing: '1' } }),
    'node_modules/a': {
      peerDependencies: { peer: '1', wanted: '1', formatter: '1' },
      peerDependenciesMeta: { wanted: { optional: true }, formatter: { optional: true } },
    },
    'node_modules/native': {},
    'node_modules/peer': {},
    'node_modules/wanted': {},
    'node_modules/formatter': {},
  });
  assert.ok(has('node_modules/native') && has('node_modules/peer') && has('node_modules/wanted'));
  assert.ok(!has('node_modules/formatter'));
});

test('of a workspace its build comes along, by a link, and no source, type or map', (t) => {
  const { has, to } = collected(t, {
    ...app({ dependencies: { lib: '1' } }),
    'libs/lib': { name: 'lib' },
    'libs/other': { name: 'other' },
  });
  assert.equal(readlinkSync(join(to, 'node_modules/lib')), '../libs/lib');
  assert.ok(has('node_modules/lib/dist/main.js') && has('apps/worker/dist/main.js'));
  assert.ok(!has('libs/lib/src') && !has('libs/lib/dist/main.d.ts') && !has('libs/lib/dist/main.js.map'));
  assert.ok(!has('libs/other') && !has('node_modules/other'));
});

test('a package that is needed and not installed is named', (t) => {
  assert.throws(
    () => collected(t, app({ dependencies: { a: '1' } })),
    /apps\/worker needs a, which is not installed/,
  );
});
