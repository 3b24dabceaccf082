import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const FOLDER = '/var/run/netns';

/** Why network namespaces with a switch between them cannot be had here; undefined where they can. */
export function whyNot() {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid() !== 0) return 'network namespaces need root';
  if (!runs('ip', ['-V'])) return 'the command "ip" is missing (package iproute2)';
  if (!runs('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'])) {
    return 'python3 (3.8 or later) is missing, which the switch is written in';
  }
  if (!existsSync('/dev/net/tun')) return '/dev/net/tun is missing, which the switch needs';
  const probe = `nxc-${process.pid}-probe`;
  try {
    ip('netns', 'add', probe);
    ip('-n', probe, 'tuntap', 'add', 'dev', 'probe', 'mode', 'tun');
    return undefined;
  } catch (error) {
    return `network namespaces are not permitted: ${String(error.stderr ?? error.message).trim()}`;
  } finally {
    removeNamespaces(probe);
  }
}

function runs(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function ip(...args) {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Removes the namespaces whose names begin so, and ends what still runs in them. */
export function removeNamespaces(prefix) {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.startsWith(prefix)) : [];
  for (const name of names) {
    for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) killed(Number(pid));
    ip('netns', 'delete', name);
  }
  return names.length;
}

function killed(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself meanwhile.
    if (error.code !== 'ESRCH') throw error;
  }
}
