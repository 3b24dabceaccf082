// A container as a careful platform runs it: no rights, no network, nothing to write on, and little memory.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { run } from './exec.mjs';

export const MANAGEMENT_PORT = 9090;
/** Of the machine's own limits, which may be too high to pass on. */
export const LIMITS = ['--ulimit', 'nofile=16384:16384', '--ulimit', 'nproc=4096:4096'];
const HARDENED = [
  ...['--network', 'none', '--read-only', '--read-only-tmpfs=false', '--tmpfs', '/tmp:size=64m,noexec'],
  ...['--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--pids-limit', '100'],
  ...LIMITS,
];

export class HardenedContainer {
  constructor(store, name, pid) {
    this.store = store;
    this.name = name;
    this.pid = pid;
  }

  static async start(store, image, { name, memory, variables = {} }) {
    const env = Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
    const limits = ['--memory', memory, '--memory-swap', memory];
    await store.podman(['run', '--detach', '--name', name, ...HARDENED, ...limits, ...env, image]);
    const pid = await store.podman(['inspect', '--format', '{{.State.Pid}}', name]);
    return new HardenedContainer(store, name, Number(pid));
  }

  /** Runs the image's own health check until it passes, as an engine with timers of its own would. */
  async healthy(withinMs) {
    const until = Date.now() + withinMs;
    for (;;) {
      const { code, stdout, stderr } = await this.store.attemptPodman(['healthcheck', 'run', this.name]);
      if (code === 0) return;
      if (Date.now() > until) {
        throw new Error(
          `${this.name} is not healthy after ${withinMs} ms: ${stdout}${stderr}\n${await this.logs()}`,
        );
      }
      await sleep(200);
    }
  }

  /** What curl would answer inside: the container's network has loopback only. */
  request(path, { port = 8080, body } = {}) {
    return requestFrom(['--target', String(this.pid), '--net'], `http://127.0.0.1:${port}${path}`, body);
  }

  /** Of /proc/PID/status, by key. */
  status() {
    const lines = readFileSync(`/proc/${this.pid}/status`, 'utf8').split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)));
  }

  commandLine() {
    return readFileSync(`/proc/${this.pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  }

  exec(...command) {
    return this.store.attemptPodman(['exec', this.name, ...command]);
  }

  async logs() {
    const { stdout, stderr } = await this.store.attemptPodman(['logs', this.name]);
    return stdout + stderr;
  }

  /** SIGTERM, and SIGKILL after `graceSeconds`. */
  async stop(graceSeconds) {
    const began = performance.now();
    await this.store.podman(['stop', '--time', String(graceSeconds), this.name]);
    const seconds = (performance.now() - began) / 1000;
    const [code, isKilled] = (
      await this.store.podman(['inspect', '--format', '{{.State.ExitCode}} {{.State.OOMKilled}}', this.name])
    ).split(' ');
    return { code: Number(code), isOutOfMemory: isKilled === 'true', seconds };
  }
}

const CLIENT = fileURLToPath(new URL('client.mjs', import.meta.url));

/**
 * Asks from inside another network, which `namespace` tells nsenter.
 * @returns {Promise<{ status: number, text: string }>}
 */
export async function requestFrom(namespace, url, body = '') {
  return JSON.parse(await run('nsenter', [...namespace, process.execPath, CLIENT, url], { input: body }));
}

/** The log lines of a container that are JSON with an event. */
export function eventsOf(logs, event) {
  return logs
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.event === event);
}
