// What this machine can do, and what it gets from Debian to do it.
import { execFileSync } from 'node:child_process';
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
  for (const pid of stdout.split('\n').filter(Boolean)) end(Number(pid));
  await run('ip', ['netns', 'delete', name]);
}

/** Ends the commands that were started on a folder of a unique name, and all that they have started. */
export function endProcessesOf(folder) {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line)?.slice(1) ?? []);
  const processes = [];
  for (let i = 0; i < table.length; i += 3) {
    processes.push({ pid: Number(table[i]), parent: Number(table[i + 1]), command: table[i + 2] });
  }
  const ours = new Set(
    processes
      .filter(({ pid, command }) => pid !== process.pid && command.includes(folder))
      .map(({ pid }) => pid),
  );
  // A set hands out what is added while it is walked.
  for (const parent of ours) for (const child of processes) if (child.parent === parent) ours.add(child.pid);
  for (const pid of ours) end(pid);
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended meanwhile.
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Unmounts everything below a folder, the innermost first. */
export function unmountBelow(folder) {
  const mounted = execFileSync('findmnt', ['--raw', '--noheadings', '--output', 'TARGET'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((target) => target.startsWith(`${folder}/`));
  for (const target of mounted.reverse()) execFileSync('umount', ['--lazy', target]);
}
