import { setTimeout as delay } from 'node:timers/promises';
import { describeExit } from '@noex/contracts';

/** How often a call is tried again, and how long it waits before. */
const MAX_ATTEMPTS = 400;
const RETRY_MS = 25;
const LARGE_BYTES = 200 * 1024;
/** Less than the slowest handler takes, so that some calls run out of time. */
const SHORT_TIMEOUT_MS = 150;
const SLOWEST_MS = 400;
/** Some workers take so long to start, at most, that faults fall into it. */
const SLOWEST_START_MS = 1000;

/** Shares of what a turn does. */
const MIXES = {
  /** Everything there is, failures among it. */
  all: { work: 40, slow: 10, impatient: 4, fail: 3, large: 1, note: 20, info: 8, end: 14 },
  /** Nothing of it fails by itself. */
  plain: { work: 57, slow: 3, note: 25, info: 15 },
};

const someTime = () => Math.ceil(Math.random() * SLOWEST_MS);

const REQUESTS = {
  work: () => ({ method: 'work' }),
  slow: () => ({ method: 'slow', payload: { tookMs: someTime() } }),
  impatient: () => ({
    method: 'slow',
    payload: { tookMs: someTime() },
    options: { timeoutMs: SHORT_TIMEOUT_MS },
  }),
  fail: () => ({ method: 'fail' }),
  large: () => ({ method: 'work', payload: { filler: Buffer.alloc(LARGE_BYTES) } }),
};

/**
 * The clients of one node: they start workers on peers, watch them, send them what the mix says, end some, and write all of
 * it down.
 */
export class Load {
  /** Living workers by the text of their ref. */
  #workers = new Map();
  /** Those that may live behind a lost connection. */
  #lost = new Map();
  #underWay = new Set();
  #spawning = 0;
  #count = 0;
  #timer;
  #options;
  #report = { ok: 0, retried: {}, failed: {}, gaveUp: 0, spawnsFailed: {} };

  constructor(cluster, record, owner) {
    this.cluster = cluster;
    this.record = record;
    this.owner = owner;
    this.sender = `${cluster.self.id}@${cluster.self.incarnation}`;
  }

  /** `retry`: calls are tried again, on another worker, after an error that says they did not run. */
  start({ mix = 'all', everyMs = 25, workers = 8, retry = false } = {}) {
    this.#options = { shares: Object.entries(MIXES[mix]), workers, retry };
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#turn(), everyMs);
  }

  get report() {
    return { ...this.#report, underWay: this.#underWay.size };
  }

  /** No new work; resolves when what is under way has ended. */
  async stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /**
   * Stops, ends every worker, those too that a lost connection hid, and waits until each is known to be gone. Resolves with those
   * that are not after `withinMs`.
   */
  async windDown(withinMs) {
    await this.stop();
    const late = Date.now() + withinMs;
    const hidden = [...this.#lost.values()];
    this.#lost.clear();
    for (const worker of hidden) {
      this.#workers.set(worker.to, worker);
      this.#monitor(worker);
    }
    for (const worker of this.#workers.values()) {
      if (!this.#tell(worker, 'end', {})) this.cluster.exit(worker.ref, 'shutdown');
    }
    while (this.#workers.size > 0 && Date.now() < late) await delay(20);
    return [...this.#workers.keys(), ...this.#lost.keys()];
  }

  #turn() {
    const { workers, retry } = this.#options;
    if (this.#workers.size + this.#spawning < workers) this.#follow(this.spawn());
    const kind = this.#pickKind();
    const request = REQUESTS[kind]?.();
    if (request && retry) return this.#follow(this.#callUntilItRan(request));
    const worker = this.#pickWorker();
    if (!worker) return;
    if (request) this.#follow(this.#callOnce(worker, request));
    else if (kind === 'note') this.#tell(worker, 'note', {});
    else if (kind === 'info') this.#inform(worker);
    else this.#end(worker);
  }

  #follow(promise) {
    this.#underWay.add(promise);
    void promise.finally(() => this.#underWay.delete(promise));
  }

  #pickKind() {
    const { shares } = this.#options;
    let left = Math.random() * shares.reduce((sum, [, share]) => sum + share, 0);
    return shares.find(([, share]) => (left -= share) < 0)?.[0] ?? shares[0][0];
  }

  #pickWorker() {
    const all = [...this.#workers.values()];
    return all[Math.floor(Math.random() * all.length)];
  }

  #nextId() {
    return `${this.sender}/${++this.#count}`;
  }

  /** Starts a worker on a peer, any where none is named; undefined when that fails. */
  async spawn(peer = this.#pickPeer()) {
    if (peer === undefined) return undefined;
    const spawn = this.#nextId();
    this.#spawning++;
    this.record('spawn_sent', { spawn });
    try {
      const ref = await this.cluster.spawn('worker', { on: peer, args: this.#workerArgs(spawn) });
      this.record('spawn_ended', { spawn, result: 'ok', ref: ref.toString() });
      return this.#watch(ref);
    } catch (error) {
      this.record('spawn_ended', { spawn, result: codeOf(error) });
      count(this.#report.spawnsFailed, codeOf(error));
      return undefined;
    } finally {
      this.#spawning--;
    }
  }

  #workerArgs(spawn) {
    const startMs = Math.random() < 0.6 ? Math.ceil(Math.random() * SLOWEST_START_MS) : 0;
    return { owner: this.owner, spawn, loyal: Math.random() < 0.5, startMs };
  }

  #pickPeer() {
    const peers = this.cluster.nodes().filter(({ local }) => !local);
    return peers[Math.floor(Math.random() * peers.length)]?.id;
  }

  #watch(ref) {
    const worker = { ref, to: ref.toString(), sequence: 0 };
    this.#workers.set(worker.to, worker);
    this.#monitor(worker);
    return worker;
  }

  #monitor(worker) {
    const monitor = this.#nextId();
    this.record('monitor_set', { monitor, target: worker.to });
    this.cluster.monitor(worker.ref, (reason) => {
      this.record('monitor_fired', { monitor, reason: describeExit(reason) });
      this.#workers.delete(worker.to);
      if (reason === 'noconnection') this.#lost.set(worker.to, worker);
    });
  }

  /** The number is taken before the message leaves: one that is lost leaves a gap. */
  #number(worker) {
    const sequence = ++worker.sequence;
    this.record('message_sent', { sender: this.sender, to: worker.to, sequence });
    return { sender: this.sender, sequence };
  }

  #tell(worker, name, payload) {
    return this.cluster.cast(worker.ref, name, { ...payload, ...this.#number(worker) });
  }

  #inform(worker) {
    return this.cluster.send(worker.ref, 'note', this.#number(worker));
  }

  #end(worker) {
    const way = Math.random();
    if (way < 0.4) this.#tell(worker, 'end', {});
    else if (way < 0.6) this.#tell(worker, 'end', { crash: true });
    else this.cluster.exit(worker.ref, way < 0.8 ? 'kill' : 'shutdown');
  }

  async #callOnce(worker, request) {
    const error = await this.call(worker, request);
    if (error) count(this.#report.failed, describe(error));
    else this.#report.ok++;
  }

  async #callUntilItRan(request) {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const worker = this.#pickWorker() ?? (await this.spawn());
      const error = worker && (await this.call(worker, request));
      if (worker && !error) return void this.#report.ok++;
      if (error && error.outcome !== 'not-run') return count(this.#report.failed, describe(error));
      if (error) count(this.#report.retried, describe(error));
      await delay(RETRY_MS);
    }
    this.#report.gaveUp++;
  }

  /** Resolves with the error, or with nothing when there was a reply. */
  async call(worker, { method, payload, options }) {
    const call = this.#nextId();
    this.record('call_sent', { call, to: worker.to });
    try {
      const message = { ...payload, call, ...this.#number(worker) };
      await this.cluster.call(worker.ref, method, message, options);
      this.record('call_ended', { call, result: 'ok' });
      return undefined;
    } catch (error) {
      this.record('call_ended', { call, result: codeOf(error), outcome: error.outcome });
      return error;
    }
  }

  /** A cast with a filler; false when it was refused. */
  cast(worker, filler) {
    return this.#tell(worker, 'note', { filler });
  }
}

const codeOf = (error) => String(error.code ?? error.name);
const describe = (error) => `${codeOf(error)} (${error.outcome})`;

function count(counts, key) {
  counts[key] = (counts[key] ?? 0) + 1;
}
