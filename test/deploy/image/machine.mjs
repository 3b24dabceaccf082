// What this machine can do, and what it gets from Debian to do it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { attempt, isOnPath, run } from './exec.mjs';

/** Command → package of Debian and Ubuntu. */
const PACKAGES = {
  buildah: 'buildah',
  podman: 'podman',
  runc: 'runc',
  mmdebstrap: 'mmdebstrap',
  iptables: 'iptables',
  ip: 'iproute2',
  nsenter: 'util-linux',
  'tini-static': 'tini',
};

/**
 * Installs what is missing of `commands`.
 * @returns {Promise<string | undefined>} why this machine cannot have them
 */
export async function whyWithout(commands) {
  if (process.platform !== 'linux') return `containers are made on Linux, and this is ${process.platform}`;
  if (process.getuid() !== 0) return 'containers and network namespaces are made by root: run it as root';
  const missing = commands.filter((command) => !isOnPath(command));
  if (missing.length === 0) return undefined;
  if (!isOnPath('apt-get')) return `${missing.join(', ')} and apt-get are missing on this machine`;
  const { code, stderr } = await aptInstall(missing.map((command) => PACKAGES[command]));
  return code === 0 ? undefined : `apt-get cannot install ${missing.join(', ')}: ${stderr.trim()}`;
}

async function aptInstall(packages) {
  const install = () =>
    attempt('apt-get', [...APT, 'install', '--yes', '--no-install-recommends', ...packages], OPTIONS);
  const first = await install();
  if (first.code === 0) return first;
  // A fresh machine has no lists of packages yet.
  await attempt('apt-get', [...APT, 'update'], OPTIONS);
  return install();
}

const APT = ['--quiet=2', '-o', 'DPkg::Lock::Timeout=300'];
const OPTIONS = { timeoutMs: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };

/** Ends what runs in a network namespace, by process id, and removes it. */
export async function removeNamespace(name) {
  const { code, stdout } = await attempt('ip', ['netns', 'pids', name]);
  if (code !== 0) return;
  for (const pid of stdout.split('\n').filter(Boolean).map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  await run('ip', ['netns', 'delete', name]);
}

/** Ends the commands that were started on a folder of a unique name, and what runs in a system below it. */
export function endProcessesOf(folder) {
  for (const pid of readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
  )) {
    try {
      const isOfFolder =
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ||
        readlinkSync(`/proc/${pid}/root`).startsWith(`${folder}/`);
      if (isOfFolder) process.kill(Number(pid), 'SIGKILL');
    } catch (error) {
      // It has ended meanwhile, or is of the system and nobody's to look at.
      if (!['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) throw error;
    }
  }
}

/** Unmounts everything below a folder, the innermost first. */
export async function unmountBelow(folder) {
  const mounted = (await run('findmnt', ['--raw', '--noheadings', '--output', 'TARGET']))
    .split('\n')
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of mounted.reverse()) await run('umount', ['--lazy', target]);
}
