import { request } from 'node:http';

const TICK_MS = 10;
/** Far beyond what a starved machine needs. */
const TIMEOUT_MS = 30_000;

/**
 * The world outside: requests through the Service, each on a connection of its own to one of its endpoints, as kube-proxy sends them.
 * Nothing is tried again here: whatever is not answered as it should be is lost.
 */
export class Client {
  #timer;
  #underWay = new Set();
  answered = 0;
  /** Requests that ended otherwise, by what was seen. */
  failed = {};
  /** As the verdict wants it. */
  retried = {};

  /** @param {() => { host: string, port: number, pod: string } | undefined} endpoint of the Service, any */
  constructor(endpoint) {
    this.endpoint = endpoint;
  }

  start({ requestsPerSecond, mostUnderWay }) {
    let due = 0;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      due += (requestsPerSecond * (now - last)) / 1000;
      last = now;
      for (; due >= 1; due--) if (this.#underWay.size < mostUnderWay) this.#follow(this.#one());
    }, TICK_MS);
  }

  async stop() {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  #follow(work) {
    const ended = work.finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
  }

  async #one() {
    const endpoint = this.endpoint();
    const result = endpoint ? await post(endpoint) : 'nobody is ready';
    if (result === 201) this.answered++;
    else {
      const what = `${endpoint?.pod ?? 'Service'}: ${result}`;
      this.failed[what] = (this.failed[what] ?? 0) + 1;
    }
  }
}

/** Resolves with 201, or with what happened instead. */
function post({ host, port }) {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = request({ host, port, method: 'POST', path: '/work', agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve(response.statusCode === 201 ? 201 : `${response.statusCode} ${text}`));
      response.on('error', (error) => resolve(error.code));
    });
    sent.on('error', (error) => resolve(error.code));
    sent.end();
  });
}
