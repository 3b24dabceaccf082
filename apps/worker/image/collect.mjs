// node collect.mjs WORKSPACE TO: copies a built workspace and the packages that it needs at run time from the current folder into TO.
// `npm prune --omit=dev` keeps the optional peers of dependencies (compiler and formatter among them) and those of other workspaces.
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Types, sources and maps are for those who write code. */
const NOT_RUN = /\.([cm]?ts|map|tsbuildinfo|md|markdown)$/i;

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Package names by whether the package runs without them. An optional peer is needed by those alone who ask for it. */
export function needsOf({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  ...manifest
}) {
  const peers = Object.keys(peerDependencies).filter(
    (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
  );
  return new Map([
    ...[...Object.keys(dependencies), ...peers].map((name) => [name, 'needed']),
    ...Object.keys(optionalDependencies).map((name) => [name, 'optional']),
  ]);
}

/** As Node looks it up: in every node_modules from here up to the root. */
function find(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(path)) return path;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/**
 * The folders of a workspace and of all that it needs, and the links to those that are workspaces.
 * @throws {Error} when a package that is needed is not installed
 */
export function closureOf(workspace, root) {
  const folders = new Set([join(root, workspace)]);
  const links = new Set();
  // A set hands out what is added while it is walked.
  for (const folder of folders) {
    for (const [name, kind] of needsOf(readManifest(folder))) {
      const path = find(name, folder, root);
      if (path === undefined) {
        if (kind === 'optional') continue;
        throw new Error(`${relative(root, folder)} needs ${name}, which is not installed`);
      }
      const real = realpathSync(path);
      if (real !== path) links.add(path);
      folders.add(real);
    }
  }
  return { folders: [...folders], links: [...links] };
}

/** Of a workspace its build alone, of a package all but what never runs. */
function copy(folder, root, to) {
  const isPackage = relative(root, folder).split(sep).includes('node_modules');
  for (const part of isPackage ? ['.'] : ['package.json', 'dist']) {
    cpSync(join(folder, part), join(to, relative(root, folder), part), {
      recursive: true,
      filter: (path) => {
        const inside = relative(folder, path);
        return !NOT_RUN.test(inside) && inside.split(sep)[0] !== 'node_modules';
      },
    });
  }
}

export function collect(workspace, root, to) {
  const { folders, links } = closureOf(workspace, root);
  for (const folder of folders) copy(folder, root, to);
  for (const link of links) {
    const path = join(to, relative(root, link));
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(relative(dirname(link), realpathSync(link)), path);
  }
  return folders.length;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [workspace, to] = process.argv.slice(2);
  if (!workspace || !to)
    throw new Error('say which workspace, and where to: node collect.mjs apps/worker /image');
  process.stdout.write(`${collect(workspace, realpathSync(process.cwd()), to)} packages for ${workspace}\n`);
}
