import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commandOf, readImage } from './image.mjs';

const dockerfile = `
FROM a AS build
WORKDIR /build
CMD ["other"]
FROM a
# A comment.
WORKDIR /app
ENV A=1 \\
    # in between
    B="two words"
ENV C=--x=3
HEALTHCHECK --interval=5s \\
  CMD ["node", "health"]
CMD ["node", "main.js"]
LABEL x="y"
`;

test('only the last stage says how the image runs', () => {
  assert.deepEqual(readImage(dockerfile), {
    env: { A: '1', B: 'two words', C: '--x=3' },
    workdir: '/app',
    entrypoint: [],
    command: ['node', 'main.js'],
  });
});

test('a container may have a command or arguments of its own', () => {
  const image = { entrypoint: ['tini', '--'], command: ['node', 'main.js'] };
  assert.deepEqual(commandOf(image, {}), ['tini', '--', 'node', 'main.js']);
  assert.deepEqual(commandOf(image, { args: ['x'] }), ['tini', '--', 'x']);
  assert.deepEqual(commandOf(image, { command: ['sh'] }), ['sh']);
  assert.deepEqual(commandOf(image, { command: ['sh'], args: ['-c'] }), ['sh', '-c']);
});

test('a command in a shell is refused', () => {
  assert.throws(() => readImage('FROM a\nCMD node main.js'), /CMD node main\.js: expected a list/);
});

test('our own Dockerfile runs node itself', () => {
  const image = readImage(readFileSync(new URL('../../../../Dockerfile', import.meta.url), 'utf8'));
  assert.equal(commandOf(image, {})[0], 'node');
  assert.equal(image.env.NODE_ENV, 'production');
});
