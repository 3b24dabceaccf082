// What the build reads and writes, as far as it is needed to see whether it has to run.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const NOT_BUILT = /\.(spec|e2e-spec|spec-support|type-test)\.ts$/;
const OUTPUT = /\.(js|mjs|cjs|d\.ts|d\.mts|d\.cts)(\.map)?$/;

/** Folders with a tsconfig.json under libs and apps, relative to the root. */
export function projectsOf(root) {
  return ['libs', 'apps']
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((project) => existsSync(join(root, project, 'tsconfig.json')))
    .sort();
}

/** A hash of everything that decides what the build makes: by content, since a checkout changes times at will. */
export function inputsDigest(root) {
  const hash = createHash('sha256');
  const files = ['tsconfig.json', 'tsconfig.base.json', 'node_modules/typescript/package.json'];
  for (const project of projectsOf(root)) {
    files.push(`${project}/package.json`, `${project}/tsconfig.json`);
    files.push(...builtSourcesOf(root, project));
  }
  for (const file of files) {
    const content = existsSync(join(root, file)) ? readFileSync(join(root, file)) : Buffer.alloc(0);
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

export function outputsOf(root) {
  return projectsOf(root).flatMap((project) => filesUnder(root, `${project}/dist`));
}

/** Outputs whose source is gone: the compiler leaves them, and what imports them would still work here. */
export function orphansOf(root) {
  return projectsOf(root).flatMap((project) => {
    const modules = new Set(modulesOf(root, project));
    return filesUnder(root, `${project}/dist`).filter(
      (file) => OUTPUT.test(file) && !modules.has(file.slice(`${project}/dist/`.length).replace(OUTPUT, '')),
    );
  });
}

/** Projects with a source that has no output, new ones included. */
export function incompleteProjectsOf(root) {
  return projectsOf(root).filter((project) =>
    modulesOf(root, project).some((module) => !existsSync(join(root, project, 'dist', `${module}.js`))),
  );
}

/** The sources that are built, without ending, relative to src; so are their outputs, relative to dist. */
function modulesOf(root, project) {
  return builtSourcesOf(root, project)
    .filter((file) => !file.endsWith('.d.ts'))
    .map((file) => file.slice(`${project}/src/`.length).replace(/\.[cm]?tsx?$/, ''));
}

function builtSourcesOf(root, project) {
  return filesUnder(root, `${project}/src`).filter((file) => !NOT_BUILT.test(file));
}

/** Sorted, with forward slashes, relative to the root; none if there is no such folder. */
function filesUnder(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}
