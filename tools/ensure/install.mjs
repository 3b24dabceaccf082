// Whether node_modules is what package-lock.json says, and how to make it so.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './step.mjs';

/**
 * npm writes node_modules/.package-lock.json last, with what it put there; so it is missing after an install that was
 * broken off, and different after one from another lock. That is compared, not a stamp of ours: it is also right for
 * who installs by hand.
 */
export function isInstalled(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted) throw new Error('package-lock.json is missing: this is no complete copy of the repository');
  if (!present) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    // Workspaces are listed as folders too; what node_modules has of them are links, which are in the list as well.
    if (!path.includes('node_modules/')) continue;
    const found = present[path];
    // Optional packages are left out where the platform is another.
    if (!found && entry.optional) continue;
    if (!found || !isSame(entry, found) || !existsSync(join(root, path))) return false;
  }
  return Object.keys(present).every((path) => path in wanted);
}

function isSame(wanted, found) {
  return wanted.link
    ? found.link === true && found.resolved === wanted.resolved
    : found.version === wanted.version && (!wanted.integrity || found.integrity === wanted.integrity);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {(pid: number) => void} onStart learns the process that does it */
export async function install(root, onStart) {
  // With development packages whatever NODE_ENV says: building and testing need them.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const { npm_execpath: npm } = process.env;
  const title = 'installing the packages (npm ci), about a minute';
  if (npm && /npm-cli\.c?js$/.test(npm)) {
    await runStep(title, process.execPath, [npm, ...args], { cwd: root }, onStart);
  } else {
    // npm is a command script on Windows, which needs a shell.
    await runStep(title, 'npm', args, { cwd: root, shell: process.platform === 'win32' }, onStart);
  }
  if (!isInstalled(root)) {
    throw new Error('npm ci succeeded, but node_modules does not hold what package-lock.json says');
  }
}
