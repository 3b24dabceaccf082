// Installs and builds what is missing or stale, so that `npm start` and `npm test` need nothing typed before them.
// By hand: `node tools/ensure.mjs [install] [build]`, both without arguments.
import { pathToFileURL } from 'node:url';
import { build, isBuilt } from './ensure/build.mjs';
import { install, isInstalled } from './ensure/install.mjs';
import { withLock } from './ensure/lock.mjs';
import { ROOT } from './ensure/root.mjs';

/** @throws {Error} whose message says what failed; npm's own output is on stderr by then */
export async function ensureInstalled(root = ROOT) {
  if (isInstalled(root)) return;
  // Asked again under the lock: whoever held it may have done the work.
  await withLock(root, async (hold) => {
    if (!isInstalled(root)) await install(root, hold);
  });
}

/** Needs the packages installed. @throws {Error} whose message says what failed; the compiler's output is on stderr by then */
export async function ensureBuilt(root = ROOT) {
  if (isBuilt(root)) return;
  await withLock(root, async (hold) => {
    if (!isBuilt(root)) await build(root, hold);
  });
}

async function main(steps) {
  const unknown = steps.find((step) => step !== 'install' && step !== 'build');
  if (unknown !== undefined) throw new Error(`unknown step ${unknown}: say install, build, both or nothing`);
  if (steps.length === 0 || steps.includes('install')) await ensureInstalled();
  if (steps.length === 0 || steps.includes('build')) await ensureBuilt();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
