import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'app', 'main.mjs');
const PATIENCE_MS = 30_000;

/** `CLUSTER_TRANSPORT` and what belongs to it: the same proof on another transport. */
const transportOf = (env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^(CLUSTER_TRANSPORT$|NATS_)/.test(name)));

/** A node of the cluster, through all its lives. */
export class RollingNode {
  constructor(config) {
    this.config = config;
    this.name = config.name;
  }

  /** Resolves when it sees all others. */
  async start() {
    this.child = fork(MAIN, {
      env: { ...transportOf(process.env), PATH: process.env.PATH, ROLLING_NODE: JSON.stringify(this.config) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const { child } = this;
    let trouble = '';
    child.stderr.on('data', (data) => (trouble += data));
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal, trouble }));
    const whole = once(child, 'message');
    const result = await within(Promise.race([whole, this.exited]));
    if (!Array.isArray(result)) {
      throw new Error(
        `${this.name} did not come up: ${trouble}${result ? JSON.stringify(result) : this.log()}`,
      );
    }
  }

  /** Resolves with how it ended, and how long that took. */
  async end(signal) {
    const begun = performance.now();
    this.child.kill(signal);
    const exit = await within(this.exited);
    if (!exit) throw new Error(`${this.name} hangs after ${signal}: ${this.log()}`);
    return { ...exit, tookMs: performance.now() - begun };
  }

  async destroy() {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  log() {
    return readFileSync(join(this.config.directory, `${this.name}.log`), 'utf8').slice(-4_000);
  }
}

/** Undefined after half a minute. */
async function within(promise) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
