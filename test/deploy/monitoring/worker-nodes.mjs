// Real nodes of the sample app on this machine, as OS processes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, 'node.mjs');
/** Enough that two words' worth of chunks goes to each node. */
const TEXT = 'all happy families are alike; every unhappy family is unhappy in its own way\n'.repeat(20_000);
/** Scrapes come every second: several see a node that leaves. */
const NOTICE_MS = 4_000;

export async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** @returns {Promise<{ name: string, management: string, start(), end(signal: string), send(message: string), job() }[]>} not started yet */
export async function planNodes(names, { strangers }) {
  const ports = await freePorts(3 * names.length);
  const seeds = names.map((name, i) => `${name}@127.0.0.1:${ports[3 * i]}`).join(',');
  return names.map((name, i) => {
    const [port, http, management] = ports.slice(3 * i);
    return new WorkerNode(name, {
      NODE_NAME: name,
      CLUSTER_HOST: '127.0.0.1',
      CLUSTER_PORT: String(port),
      CLUSTER_SEEDS: seeds,
      CLUSTER_SECRET: strangers.includes(name)
        ? 'another-secret-of-enough-bytes'
        : 'a-secret-of-enough-bytes',
      CLUSTER_NOTICE_MS: String(NOTICE_MS),
      HTTP_PORT: String(http),
      MANAGEMENT_PORT: String(management),
      MANAGEMENT_HOST: '127.0.0.1',
    });
  });
}

class WorkerNode {
  #env;
  #child;

  constructor(name, env) {
    this.name = name;
    this.#env = env;
    this.management = `127.0.0.1:${env.MANAGEMENT_PORT}`;
  }

  start() {
    const env = { ...this.#env, PATH: process.env.PATH, NODE_ENV: 'production' };
    this.#child = fork(MAIN, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  /** Resolves with the exit code when it is gone; at once where it does not run. */
  async end(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return undefined;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = await ended;
    return code;
  }

  trouble() {
    this.#child.send('trouble');
  }

  /** Has the cluster count words; resolves when the node has taken all of the text. */
  async job() {
    const response = await fetch(`http://127.0.0.1:${this.#env.HTTP_PORT}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: TEXT,
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${this.name} takes no job: ${response.status}`);
  }
}
