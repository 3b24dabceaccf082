// Lets one process at a time install or build in a working copy.
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
/** Longer than it takes to write the pid into a lock that was just made. */
const UNOWNED_MS = 5_000;

export async function withLock(root, work) {
  // Not in node_modules: `npm ci` removes that.
  const cache = join(root, '.cache');
  const lock = join(cache, 'ensure.lock');
  mkdirSync(cache, { recursive: true });
  for (let told = false; !tryMake(lock);) {
    const owner = ownerOf(lock);
    if (isAbandoned(lock, owner)) {
      breakLock(lock, owner);
      continue;
    }
    if (!told) process.stderr.write(`waiting for process ${owner ?? '?'}, which is installing or building\n`);
    told = true;
    await sleep(POLL_MS);
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
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

function ownerOf(lock) {
  try {
    return Number(readFileSync(join(lock, 'pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAbandoned(lock, owner) {
  return owner === undefined ? ageOf(lock) > UNOWNED_MS : !isAlive(owner);
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

/** Of several that see the same dead owner only one may remove the lock, or it might remove the next one's. */
function breakLock(lock, deadOwner) {
  const breaking = `${lock}.breaking`;
  if (!tryMake(breaking)) {
    if (ageOf(breaking) > UNOWNED_MS) rmSync(breaking, { recursive: true, force: true });
    return;
  }
  try {
    if (ownerOf(lock) === deadOwner && isAbandoned(lock, deadOwner))
      rmSync(lock, { recursive: true, force: true });
  } finally {
    rmSync(breaking, { recursive: true, force: true });
  }
}
