import { error, warning, type Fault } from '../finding.js';
import { finalInstructions, finalStages, type Dockerfile, type Instruction } from '../read/dockerfile.js';
import { runsNode } from './node-image.js';
import type { Rule } from './rule.js';

/** An image that is built from the sources, is small, and lets node have its signals. */
export const dockerfile: Rule = {
  id: 'dockerfile',
  *check({ dockerfiles }) {
    for (const image of dockerfiles.filter(runsNode)) {
      yield* stages(image);
      yield* dependencies(image);
      yield* healthCheck(image);
      yield* processOne(image);
      yield* user(image);
      yield* ignoreFile(image);
    }
  },
};

function* stages({ file, stages: all }: Dockerfile): Generator<Fault> {
  if (all.length === 1) {
    yield warning(
      { file, line: all[0]!.line },
      'one stage: what builds the app stays in the image, or the app comes prebuilt',
      'build in a first stage, and COPY --from it into a second one',
    );
  }
  for (const { text, line } of all.flatMap(({ instructions }) => instructions.filter(isCopy))) {
    if (/--from=/.test(text) || !/(^|[\s/"[])(dist|build)(\/|\s|"|$)/.test(text)) continue;
    yield warning(
      { file, line },
      `COPY ${text} takes whatever build lies on this machine`,
      'compile in the image: RUN npm ci && npm run build',
    );
  }
}

function isCopy({ keyword }: Instruction): boolean {
  return keyword === 'COPY' || keyword === 'ADD';
}

function* dependencies(image: Dockerfile): Generator<Fault> {
  const { file } = image;
  for (const { text, line } of image.stages.flatMap(({ instructions }) => instructions)) {
    if (/--only[= ]prod(uction)?\b/.test(text)) {
      yield warning(
        { file, line },
        '--only=production is deprecated',
        'write npm ci, build, then npm prune --omit=dev',
      );
    }
    if (/\bnpm (install|i)\b(?! (-g|--global))/.test(text)) {
      yield warning({ file, line }, 'npm install does not keep to the lock file', 'write npm ci');
    }
  }
  const base = finalStages(image).at(-1)!;
  if (/alpine/.test(base.base)) {
    yield warning(
      { file, line: base.line },
      `${base.base} has musl: native modules have no builds for it or other ones, and names are resolved differently`,
      'write node:<version>-bookworm-slim',
    );
  }
}

function* healthCheck(image: Dockerfile): Generator<Fault> {
  const { file } = image;
  const [check] = finalInstructions(image, 'HEALTHCHECK');
  const end = { file, line: finalStages(image)[0]!.line };
  const fix = 'write HEALTHCHECK with CMD ["node", "-e", "fetch(…/livez)…"]';
  if (!check || /^NONE$/i.test(check.text)) {
    yield warning(
      check ? { file, line: check.line } : end,
      'no health check: Docker and Compose know nothing of the node',
      fix,
    );
  } else if (/\b(wget|curl)\b/.test(check.text)) {
    yield warning(
      { file, line: check.line },
      'the health check needs a tool that slim images do not have',
      fix,
    );
  }
}

function* processOne(image: Dockerfile): Generator<Fault> {
  for (const keyword of ['ENTRYPOINT', 'CMD']) {
    const [instruction] = finalInstructions(image, keyword);
    if (!instruction) continue;
    const isShell = !instruction.text.startsWith('[');
    const isWrapped = /^\[\s*"(npm|npx|yarn|pnpm|sh|bash|\/bin\/(ba)?sh)"/.test(instruction.text);
    if (!isShell && !isWrapped) continue;
    yield error(
      { file: image.file, line: instruction.line },
      `${keyword} starts ${isWrapped ? 'a wrapper' : 'a shell'} as process 1: SIGTERM does not reach the node, so nothing drains`,
      'write CMD ["node", "dist/main.js"]',
    );
  }
}

function* user(image: Dockerfile): Generator<Fault> {
  const [last] = finalInstructions(image, 'USER');
  if (last && !/^(root|0)(:|$)/.test(last.text)) return;
  const { file } = image;
  yield error(
    { file, line: last?.line ?? finalStages(image)[0]!.line },
    'the node runs as root',
    'write USER node behind the last COPY',
  );
}

function* ignoreFile({ file, stages: all, hasIgnoreFile }: Dockerfile): Generator<Fault> {
  if (hasIgnoreFile !== false) return;
  yield warning(
    { file, line: all[0]!.line },
    'no .dockerignore: node_modules, .git and .env of this machine are sent along',
    'add one with node_modules, dist, .git and .env',
  );
}
