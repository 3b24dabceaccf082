// Lets one process at a time install or build in a working copy. The lock is a folder; the files in it are named by the
// ids of the processes that it is for: who took it, and what that one runs, which may outlive him.
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** Longer than it takes to write the first id into a lock that was just made. */
const UNOWNED_MS = 5_000;

/**
 * @template T
 * @param {string} root
 * @param {(hold: (pid: number) => void) => Promise<T>} work `hold` keeps the lock until that process is gone as well
 * @returns {Promise<T>}
 */
export async function withLock(root, work) {
  // Not in node_modules: `npm ci` removes that.
  const cache = join(root, '.cache');
  const lock = join(cache, 'ensure.lock');
  mkdirSync(cache, { recursive: true });
  for (let told = false; !tryMake(lock);) {
    const owners = ownersOf(lock);
    if (isAbandoned(lock, owners)) {
      breakLock(lock, owners);
      continue;
    }
    if (!told)
      process.stderr.write(`waiting for another process (${owners}), which is installing or building\n`);
    told = true;
    await sleep(POLL_MS);
  }
  const hold = (pid) => writeFileSync(join(lock, String(pid)), '');
  try {
    hold(process.pid);
    return await work(hold);
  } finally {
    remove(lock);
  }
}

/** At once, under another name first: nobody may see half of it, or lose a new one to the rest of the removal. */
function remove(lock) {
  const removed = `${lock}.${process.pid}`;
  renameSync(lock, removed);
  rmSync(removed, { recursive: true, force: true });
}

function tryMake(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownersOf(lock) {
  try {
    return readdirSync(lock).sort();
  } catch {
    return [];
  }
}

function isAbandoned(lock, owners) {
  return owners.length === 0 ? ageOf(lock) > UNOWNED_MS : !owners.some((pid) => isAlive(Number(pid)));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** Of several that see the same dead owners only one may remove the lock, or it might remove the next one's. */
function breakLock(lock, deadOwners) {
  const breaking = `${lock}.breaking`;
  if (!tryMake(breaking)) {
    if (ageOf(breaking) > UNOWNED_MS) rmSync(breaking, { recursive: true, force: true });
    return;
  }
  try {
    const owners = ownersOf(lock);
    if (String(owners) === String(deadOwners) && isAbandoned(lock, owners)) {
      remove(lock);
    }
  } finally {
    rmSync(breaking, { recursive: true, force: true });
  }
}
