import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOfFiles, problemsOfImage } from './contents.mjs';

const labels = ['title', 'description', 'licenses', 'version', 'revision'];
const config = {
  User: '1000:1000',
  Cmd: ['node', 'main.js'],
  Env: ['NODE_OPTIONS=--max-old-space-size-percentage=60', 'RES_OPTIONS=timeout:1'],
  Labels: Object.fromEntries(labels.map((label) => [`org.opencontainers.image.${label}`, 'x'])),
};
const files = [
  '/app/node_modules/@nestjs/core/package.json',
  '/app/apps/worker/dist/main.js',
  '/usr/share/a.map',
];
const lock = {
  packages: {
    '': { devDependencies: { typescript: '1', jest: '1' } },
    'node_modules/detect-libc': { devOptional: true },
    'node_modules/@nestjs/core': {},
    'node_modules/jest': { dev: true },
    'node_modules/typescript': { devOptional: true },
  },
};

test('a sound image has no problem', () => {
  assert.deepEqual(problemsOfImage({ config, bytes: 290e6 }), []);
  assert.deepEqual(problemsOfFiles(files, lock), []);
});

for (const [what, changed, bytes] of [
  ['its size', {}, 300e6],
  ['root', { User: '' }],
  ['a user by name', { User: 'node' }],
  ['npm as process 1', { Cmd: ['npm', 'start'] }],
  ['an entrypoint', { Entrypoint: ['/bin/sh'] }],
  ['missing labels', { Labels: { ...config.Labels, 'org.opencontainers.image.version': '' } }],
  ['a heap without bounds', { Env: ['RES_OPTIONS=timeout:1'] }],
  ['a heap of a fixed size', { Env: ['NODE_OPTIONS=--max-old-space-size=400', 'RES_OPTIONS=timeout:1'] }],
  ['a name server that holds up its end', { Env: ['NODE_OPTIONS=--max-old-space-size-percentage=60'] }],
]) {
  test(`${what} is a problem of an image`, () => {
    assert.equal(problemsOfImage({ config: { ...config, ...changed }, bytes: bytes ?? 1 }).length, 1);
  });
}

for (const file of [
  '/app/libs/runtime/src/process.ts',
  '/app/libs/runtime/dist/index.d.ts',
  '/app/node_modules/rxjs/dist/index.js.map',
  '/app/node_modules/jest/package.json',
  '/app/node_modules/typescript/package.json',
  '/app/libs/testing/package.json',
  '/usr/local/bin/npm',
]) {
  test(`${file} does not belong into the image`, () => {
    assert.equal(problemsOfFiles([...files, file], lock).length, 1);
  });
}

test('an image without packages is not taken for a clean one', () => {
  assert.equal(problemsOfFiles([], lock).length, 1);
});
