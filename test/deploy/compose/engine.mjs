// A real Docker Engine with Compose: out of Debian's packages, unpacked and not installed, in a network namespace of its own.
import { spawn } from 'node:child_process';
import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../../tools/ensure/root.mjs';
import { attempt, run } from '../image/exec.mjs';
import { requestFrom } from '../image/hardened.mjs';
import { endProcessesOf, removeNamespace, unmountBelow } from '../image/machine.mjs';

const CACHE = join(ROOT, '.cache/deploy/engine');
const ENGINE = ['docker.io', 'containerd'];
const START_MS = 30_000;
const STOP_MS = 15_000;
const COMPOSE_DEB = { suite: 'trixie', name: 'docker-compose' };

/**
 * The folder with the unpacked engine.
 * @throws {Error} where Debian's packages cannot be had
 */
export async function unpackEngine() {
  const unpacked = join(CACHE, 'root');
  if (existsSync(unpacked)) return unpacked;
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, 'half-'));
  try {
    await download(ENGINE, scratch);
    await downloadFromSuite(COMPOSE_DEB, scratch);
    const to = join(scratch, 'root');
    for (const file of readdirSync(scratch).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(scratch, file), to]);
    }
    cpSync(to, unpacked, { recursive: true });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return unpacked;
}

function download(packages, cwd, options = []) {
  const args = [...options, '-o', 'APT::Sandbox::User=root', '--quiet=2', 'download', ...packages];
  return run('apt-get', args, { cwd, timeoutMs: 300_000 });
}

/** Debian 12 has no Compose 2: that of the next release, by lists of packages of its own, so that this machine's stay as they are. */
async function downloadFromSuite({ suite, name }, cwd) {
  const state = join(cwd, 'apt');
  for (const folder of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(state, folder), { recursive: true });
  }
  const list = join(state, 'sources.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(list, `deb [signed-by=${keyring}] http://deb.debian.org/debian ${suite} main\n`);
  const settings = {
    'Dir::Etc::sourcelist': list,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::Cache': join(state, 'cache'),
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await run('apt-get', [...options, '--quiet=2', 'update'], { timeoutMs: 120_000 });
  await download([name], cwd, options);
}

/** `docker` of one engine, in one folder and one network namespace. */
export class Engine {
  #folder = mkdtempSync(join(tmpdir(), 'noex-engine-'));
  #namespace = `noex-dk-${process.pid}`;
  #daemon;

  constructor(unpacked) {
    const path = ['usr/bin', 'usr/sbin'].map((folder) => join(unpacked, folder));
    this.environment = {
      PATH: [...path, process.env.PATH].join(delimiter),
      HOME: this.#folder,
      DOCKER_HOST: `unix://${this.#folder}/docker.sock`,
      DOCKER_CONFIG: join(this.#folder, 'config'),
    };
    const plugins = join(this.#folder, 'config/cli-plugins');
    mkdirSync(plugins, { recursive: true });
    cpSync(join(unpacked, 'usr/libexec/docker/cli-plugins'), plugins, { recursive: true });
    writeFileSync(join(this.#folder, 'config/config.json'), '{}');
  }

  /** @throws {Error} with the end of the daemon's log when it does not start */
  async start() {
    await run('ip', ['netns', 'add', this.#namespace]);
    await run('ip', ['-n', this.#namespace, 'link', 'set', 'lo', 'up']);
    const at = (name) => join(this.#folder, name);
    const daemon = [
      ...['dockerd', '--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('docker.pid')],
      ...[
        '--host',
        this.environment.DOCKER_HOST,
        '--iptables=true',
        '--bridge=none',
        '--storage-driver',
        'overlay2',
      ],
      ...[
        '--oom-score-adjust',
        '0',
        '--default-ulimit',
        'nofile=16384:16384',
        '--init-path',
        '/usr/bin/tini-static',
      ],
    ];
    // Not `ip netns exec`, which hides the cgroups; a mount namespace, so that what it mounts ends with it.
    const args = [`--net=/var/run/netns/${this.#namespace}`, 'unshare', '--mount', ...daemon];
    this.#daemon = spawn('nsenter', args, {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const log = createWriteStream(at('dockerd.log'));
    this.#daemon.stdout.pipe(log, { end: false });
    this.#daemon.stderr.pipe(log, { end: false });
    for (const until = Date.now() + START_MS; ; await sleep(100)) {
      const { code } = await this.attempt(['version']);
      if (code === 0) return;
      if (Date.now() > until || this.#daemon.exitCode !== null) {
        throw new Error(`dockerd does not start: ${readFileSync(at('dockerd.log'), 'utf8').slice(-2000)}`);
      }
    }
  }

  docker(args, options) {
    return run('docker', args, this.#with(options));
  }

  attempt(args, options) {
    return attempt('docker', args, this.#with(options));
  }

  #with({ env, ...options } = {}) {
    return { ...options, env: { ...this.environment, ...env } };
  }

  /** Asks in the engine's network: its loopback is where Compose publishes ports. */
  request(url, body) {
    return requestFrom([`--net=/var/run/netns/${this.#namespace}`], url, body);
  }

  async dispose() {
    if (this.#daemon?.exitCode === null && this.#daemon.signalCode === null) {
      const ended = once(this.#daemon, 'exit');
      this.#daemon.kill('SIGTERM');
      const giveUp = setTimeout(() => this.#daemon.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(giveUp);
    }
    endProcessesOf(this.#folder);
    await removeNamespace(this.#namespace);
    unmountBelow(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
