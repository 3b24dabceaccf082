// The image of the sample app, built for real; an archive of it stays in the cache, for stages that only run it.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../../tools/ensure/root.mjs';
import { baseOf, provideBase } from './base-image.mjs';
import { run } from './exec.mjs';

export const IMAGE = 'docker.io/library/noex-worker:dev';
const CACHE = join(ROOT, '.cache/deploy');
const SOURCES = [
  ...['Dockerfile', '.dockerignore', '.npmrc', 'package.json', 'package-lock.json'],
  ...['tsconfig.json', 'tsconfig.base.json', 'libs', 'apps'],
];

/** What git would give to a clone, changes that are not committed yet included. */
async function sources() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...SOURCES];
  const paths = (await run('git', args, { cwd: ROOT })).split('\0').filter(Boolean);
  return [...new Set(paths)].filter((path) => existsSync(join(ROOT, path))).sort();
}

async function archivePath() {
  const hash = createHash('sha256');
  for (const path of await sources()) hash.update(`${path}\0`).update(readFileSync(join(ROOT, path)));
  return join(CACHE, `worker-${hash.digest('hex').slice(0, 16)}.tar`);
}

/** A copy without anything that this machine has built, as the context of the build. */
export async function cleanContext(folder) {
  for (const path of await sources()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  return folder;
}

/**
 * Builds the image into the store.
 * @returns {Promise<{ base: string, log: string }>} which base it has, and what the build said
 */
export async function buildImage(store, context, say) {
  const base = await provideBase(
    baseOf(readFileSync(join(context, 'Dockerfile'), 'utf8')),
    store,
    CACHE,
    say,
  );
  return { base, log: await build(store, context, []) };
}

/** Builds again, with the layers that the last build left. */
export function build(store, context, args) {
  const wanted = ['--isolation', 'chroot', '--layers', '--pull-never', '--format', 'docker', '--tag', IMAGE];
  return store.buildah(['bud', ...wanted, ...args, context], { timeoutMs: 600_000 });
}

/** Keeps the image of the store for other stages, and of older ones nothing. */
export async function keepImage(store) {
  const archive = await archivePath();
  mkdirSync(CACHE, { recursive: true });
  const half = `${archive}.${process.pid}`;
  await store.buildah(['push', '--quiet', IMAGE, `docker-archive:${half}:${IMAGE}`]);
  for (const name of readdirSync(CACHE)) {
    if (name.startsWith('worker-') && name.endsWith('.tar')) rmSync(join(CACHE, name));
  }
  renameSync(half, archive);
  return archive;
}

/** The archive of an image of these sources, if one was built; `docker load` and `podman load` take it. */
export async function keptImage() {
  const archive = await archivePath();
  return existsSync(archive) ? archive : undefined;
}
