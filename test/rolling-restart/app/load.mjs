export const WORKERS = 'workers';

const TICK_MS = 10;
const RETRY_MS = 20;
const MOST_ATTEMPTS = 100;
/** Far beyond what a starved machine needs: this is about restarts, not about how long a call takes. */
const TIMEOUT_MS = 30_000;
/** One request in so many takes its time, so that some are always under way. */
const SLOW_EVERY = 20;
const SLOW_MS = 30;

/** Steady load from one node on all others. A request is tried again as long as it is known not to have run. */
export class Load {
  constructor({ calls, spawns, groups, self, history }) {
    Object.assign(this, { calls, spawns, groups, self, history });
    this.prefix = `${self}.${Date.now()}`;
    this.lastId = 0;
    this.underWay = new Set();
  }

  /** `callsPerSecond` requests, as many casts in ten, and `spawnsPerSecond` spawns; what does not keep up is left out. */
  start({ callsPerSecond, spawnsPerSecond, mostUnderWay }) {
    const rates = [
      [callsPerSecond, () => this.request(this.lastId % SLOW_EVERY === 0 ? SLOW_MS : 0)],
      [callsPerSecond / 10, () => this.tell()],
      [spawnsPerSecond, () => this.visit()],
    ];
    const due = rates.map(() => 0);
    let last = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      rates.forEach(([rate, work], i) => {
        due[i] += (rate * (now - last)) / 1000;
        for (; due[i] >= 1; due[i]--) if (this.underWay.size < mostUnderWay) this.follow(work());
      });
      last = now;
    }, TICK_MS);
  }

  follow(work) {
    const ended = Promise.resolve(work).finally(() => this.underWay.delete(ended));
    this.underWay.add(ended);
  }

  /** No more is begun; resolves when what was begun has ended. */
  async stop() {
    clearInterval(this.timer);
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  /** Resolves with nothing, or with the error of the attempt that was the last. */
  async request(tookMs) {
    let error;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const worker = this.pick();
      if (worker) {
        const id = this.nextId();
        try {
          await this.calls.call(worker, 'work', { id, tookMs }, { timeoutMs: TIMEOUT_MS });
          this.history.ended(id, 'ok');
          return undefined;
        } catch (thrown) {
          error = thrown;
          this.history.ended(id, thrown.outcome, thrown.code, thrown.data?.node);
          if (thrown.outcome !== 'not-run') return thrown;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.history.ended(this.nextId(), 'gave-up');
    return error ?? Object.assign(new Error('no worker anywhere'), { outcome: 'not-run', code: 'no_worker' });
  }

  tell() {
    const worker = this.pick();
    const id = this.nextId();
    if (worker && this.calls.cast(worker, 'note', { id })) this.history.told(id);
  }

  async visit() {
    try {
      const visitor = await this.spawns.spawn('visitor', { timeoutMs: TIMEOUT_MS });
      this.history.spawned('ok');
      this.spawns.stop(visitor);
    } catch (error) {
      this.history.spawned(`${error.code}:${error.message.replaceAll(' ', '_')}`);
    }
  }

  /** A worker of another node, as far as there is one. */
  pick() {
    const others = this.groups.members(WORKERS).filter(({ node }) => node !== this.self);
    return others[Math.floor(Math.random() * others.length)];
  }

  nextId() {
    return `${this.prefix}.${++this.lastId}`;
  }
}
