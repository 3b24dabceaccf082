import { Agent, request } from 'node:http';

const PROBE_MS = 100;
const TICK_MS = 10;
const RETRY_MS = 20;
const MOST_ATTEMPTS = 100;

/** The world outside: sends requests to nodes that are ready, as a load balancer does that probes them. */
export class Balancer {
  constructor(ports) {
    this.agent = new Agent({ keepAlive: true });
    this.ready = new Set();
    this.ports = ports;
    this.underWay = new Set();
    this.answered = 0;
    /** Requests that ended otherwise than with 200, by what was seen. */
    this.failed = {};
    /** Attempts that were tried again. */
    this.retried = {};
  }

  start({ requestsPerSecond, mostUnderWay }) {
    this.isProbing = true;
    for (const port of this.ports) void this.probe(port);
    let due = 0;
    let last = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      due += (requestsPerSecond * (now - last)) / 1000;
      last = now;
      for (; due >= 1; due--) {
        if (this.underWay.size >= mostUnderWay) continue;
        const ended = this.one().finally(() => this.underWay.delete(ended));
        this.underWay.add(ended);
      }
    }, TICK_MS);
  }

  async stop() {
    clearInterval(this.timer);
    this.isProbing = false;
    await Promise.all(this.underWay);
    this.agent.destroy();
  }

  /** One probe at a time, so that no late answer comes after a newer one. */
  async probe(port) {
    while (this.isProbing) {
      const { status } = await this.send(port, 'GET', '/ready');
      if (status === 200) this.ready.add(port);
      else this.ready.delete(port);
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    }
  }

  async one() {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const ports = [...this.ready];
      const port = ports[Math.floor(Math.random() * ports.length)];
      const { status, text } = port === undefined ? { status: 'nobody is ready' } : await this.post(port);
      if (status === 201) return void this.answered++;
      // A connection that was refused carried nothing; an answer says by itself that nothing ran.
      const hasNotRun =
        port === undefined || status === 'ECONNREFUSED' || text?.includes('"outcome":"not-run"') === true;
      if (status === 'ECONNREFUSED') this.ready.delete(port);
      if (!hasNotRun) return count(this.failed, status === 502 ? text : status);
      count(this.retried, status === 502 ? text : status);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    count(this.failed, 'gave up');
  }

  post(port) {
    return this.send(port, 'POST', '/work', '{"tookMs":0}');
  }

  /** Resolves with the status, or with the code of the error. */
  send(port, method, path, body = '') {
    return new Promise((resolve) => {
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers, agent: this.agent },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (data) => (text += data));
          response.on('end', () => resolve({ status: response.statusCode, text }));
          response.on('error', (error) => resolve({ status: error.code }));
        },
      );
      sent.on('error', (error) => resolve({ status: error.code }));
      sent.end(body);
    });
  }
}

function count(counts, key) {
  counts[key] = (counts[key] ?? 0) + 1;
}
