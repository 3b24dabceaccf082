import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { containerEnv, expand } from './container-env.mjs';
import { commandOf } from './image.mjs';
import { writePodFiles } from './pod-files.mjs';
import { afterResult, dueKinds, freshProbes, isReady, probeTarget, restartDelayMs } from './probes.mjs';

const SANDBOX = join(import.meta.dirname, 'sandbox.sh');
/** What a container has after SIGTERM, however long its preStop hook took. */
const LEAST_TERM_MS = 2_000;

/**
 * One pod, from its creation to its end, as a kubelet runs it: its container in a network namespace of its own, probes, restarts, a preStop
 * hook, and the grace after which it is killed.
 */
export class Pod {
  restarts = 0;
  isTerminating = false;
  isGone = false;
  /** How its lives ended: `{ code, signal }`. */
  exits = [];
  /** What went wrong last that a kubelet would tell of in an event. */
  trouble;
  readySince;
  #probes;
  #child;
  #exited;
  #life = new AbortController();

  /**
   * @param {object} manifest of the pod, as the API has it, with its address
   * @param {{ namespace: string, folder: string, image: object, repository: string, world: object, extraEnv: object,
   *   changed: (pod: Pod) => void }} host `changed`: its conditions are others than before
   */
  constructor(manifest, ordinal, revision, host) {
    Object.assign(this, { manifest, ordinal, revision, host });
    this.name = manifest.metadata.name;
    this.address = manifest.status.podIP;
    this.container = manifest.spec.containers[0];
    this.logFile = join(host.folder, 'log');
  }

  get isReady() {
    return this.#probes !== undefined && isReady(this.#probes);
  }

  get isRunning() {
    return this.#child !== undefined;
  }

  /** As Services and the controller see it. */
  view(now, minReadySeconds = 0) {
    const { name, ordinal, revision, address, isTerminating } = this;
    const forMs = this.readySince === undefined ? -1 : now - this.readySince;
    return {
      ...{ name, ordinal, revision, address, isTerminating },
      subdomain: this.manifest.spec.subdomain,
      labels: this.manifest.metadata.labels,
      ports: this.container.ports ?? [],
      isReady: this.isReady,
      isAvailable: this.isReady && !isTerminating && forMs >= minReadySeconds * 1000,
    };
  }

  /** Starts its container for the first time, a while after it was created: machines pull images at their own pace. */
  async start(afterMs) {
    await delay(afterMs);
    if (this.isTerminating) return;
    try {
      writePodFiles(this.host.folder, this.manifest, this.host.world);
      const env = containerEnv(this.container, {
        ...this.host.world,
        pod: this.manifest,
        image: this.host.image.env,
      });
      const own = (words) => words?.map((word) => expand(word, env));
      const { command, args } = this.container;
      const launched = commandOf(this.host.image, { command: own(command), args: own(args) });
      this.launch = { env: { ...env, ...this.host.extraEnv(env) }, command: launched };
    } catch (error) {
      this.trouble = `its container cannot be made: ${error.message}`;
      return;
    }
    this.#run();
  }

  #run() {
    const { host, launch } = this;
    this.#life = new AbortController();
    const { signal: ended } = this.#life;
    const [program, ...args] = launch.command;
    const log = openSync(this.logFile, 'a');
    const inside = ['netns', 'exec', host.namespace, 'unshare', '--uts', 'sh', SANDBOX];
    const sandbox = [host.folder, host.repository, this.container.workingDir ?? host.image.workdir];
    // Every program in between becomes the next one, so that signals reach the container's.
    const child = spawn(
      'ip',
      [...inside, ...sandbox, program === 'node' ? process.execPath : program, ...args],
      {
        env: { PATH: process.env.PATH, HOSTNAME: this.name, ...launch.env },
        stdio: ['ignore', log, log],
      },
    );
    closeSync(log);
    this.#child = child;
    this.#probes = freshProbes(this.container);
    this.#exited = once(child, 'exit').then(([code, signal]) => this.#exit(code, signal));
    this.#changed();
    if (dueKinds(this.#probes, this).includes('startup')) void this.#ask('startup', ended);
    else this.#askOthers(ended);
  }

  #exit(code, signal) {
    this.#life.abort();
    this.#child = undefined;
    this.#probes = undefined;
    this.exits.push({ code, signal });
    this.#changed();
    if (this.isTerminating) return;
    this.trouble = `its container ended by itself: ${code ?? signal}`;
    const again = restartDelayMs(this.restarts++);
    setTimeout(() => this.isTerminating || this.#run(), again).unref();
  }

  #askOthers(ended) {
    for (const kind of dueKinds(this.#probes, { isEnding: false })) void this.#ask(kind, ended);
  }

  /** One probe, in its period, as long as the container lives. */
  async #ask(kind, ended) {
    const { initialDelaySeconds, periodSeconds, timeoutSeconds } = this.#probes.settings[kind];
    await delay(initialDelaySeconds * 1000);
    while (!ended.aborted && dueKinds(this.#probes, { isEnding: this.isTerminating }).includes(kind)) {
      const nextAt = performance.now() + periodSeconds * 1000;
      const isOk = await this.#probe(kind, timeoutSeconds);
      if (ended.aborted) return;
      this.#took(kind, isOk, ended);
      await delay(Math.max(0, nextAt - performance.now()));
    }
  }

  #took(kind, isOk, ended) {
    const before = this.#probes;
    this.#probes = afterResult(before, kind, isOk);
    if (!before.passed.startup && this.#probes.passed.startup) this.#askOthers(ended);
    if (isReady(before) !== isReady(this.#probes)) this.#changed();
    if (this.#probes.doomed && !this.isTerminating) void this.#end(this.#probes.doomed);
  }

  async #probe(kind, timeoutSeconds) {
    try {
      const { status, body } = await this.get(probeTarget(this.container, kind), timeoutSeconds * 1000);
      const isOk = status >= 200 && status < 400;
      if (!isOk) this.trouble = `${kind} probe: ${status} ${body.slice(0, 300)}`;
      return isOk;
    } catch (error) {
      this.trouble = `${kind} probe: ${error.message}`;
      return false;
    }
  }

  /** A request to the pod's address, from outside of it. @returns {Promise<{ status: number, body: string }>} */
  get({ port, path }, timeoutMs = 2_000) {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = request({ host: this.address, port, path, signal, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (data) => (body += data));
        response.on('end', () => resolve({ status: response.statusCode, body }));
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  /** How many others its node is connected to; undefined while it does not answer. */
  async peers() {
    try {
      const { port } = probeTarget(this.container, 'readiness');
      const { body } = await this.get({ port, path: '/health' });
      return JSON.parse(body).details.noex.connectedNodes;
    } catch {
      return undefined;
    }
  }

  /** The pod is deleted: resolves when it is gone. */
  async delete() {
    if (this.isTerminating) return;
    this.isTerminating = true;
    this.#changed();
    await this.#end();
    this.#vanish();
  }

  /** Its machine is lost: nothing is told to anybody. The caller has cut it off. */
  async lose() {
    this.isTerminating = true;
    this.kill();
    await this.#exited;
    this.#vanish();
  }

  /** SIGKILL for its container, as for one out of memory. */
  kill() {
    this.#child?.kill('SIGKILL');
  }

  #vanish() {
    this.isGone = true;
    this.#changed();
  }

  /** Ends the container: its preStop hook, SIGTERM, and SIGKILL when its grace is over. */
  async #end(why) {
    if (why) this.trouble = `killed: ${why}`;
    const child = this.#child;
    if (!child) return;
    const exited = this.#exited;
    const graceMs = (this.manifest.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    const deadline = performance.now() + graceMs;
    await Promise.race([this.#preStop(child.pid), exited, delay(graceMs)]);
    child.kill('SIGTERM');
    const leftMs = Math.max(LEAST_TERM_MS, deadline - performance.now());
    const overdue = delay(leftMs, 'overdue', { ref: false });
    if ((await Promise.race([exited, overdue])) === 'overdue') {
      this.overstayedMs = graceMs;
      child.kill('SIGKILL');
    }
    await exited;
  }

  async #preStop(pid) {
    const { exec, sleep } = this.container.lifecycle?.preStop ?? {};
    if (sleep) return delay(sleep.seconds * 1000);
    if (!exec) return undefined;
    const inside = ['--target', String(pid), '--mount', '--net', '--uts', '--root', '--wd', '--'];
    const hook = spawn('nsenter', [...inside, ...exec.command], { env: this.launch.env, stdio: 'ignore' });
    const [code] = await once(hook, 'exit');
    if (code !== 0) this.hookFailed = code;
    return undefined;
  }

  #changed() {
    if (!this.isReady) this.readySince = undefined;
    else this.readySince ??= performance.now();
    this.host.changed(this);
  }

  /** For people. */
  describe() {
    const state = this.isTerminating
      ? 'terminating'
      : this.isReady
        ? 'ready'
        : this.isRunning
          ? 'not ready'
          : 'not running';
    const log = this.exits.length > 0 || !this.isReady ? `\n${this.#lastLines()}` : '';
    return `${this.name} (${this.address}): ${state}, ${this.restarts} restarts${this.trouble ? `; ${this.trouble}` : ''}${log}`;
  }

  #lastLines() {
    try {
      return readFileSync(this.logFile, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-5)
        .map((line) => line.slice(0, 300))
        .join('\n');
    } catch {
      return '(no log)';
    }
  }
}
