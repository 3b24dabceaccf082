// A real Prometheus that scrapes nodes with the labels that the ServiceMonitor gives them, and evaluates our rules.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';

export class Prometheus {
  #child;
  #trouble = '';

  /** @param {{ tools: string, folder: string, port: number }} where */
  constructor({ tools, folder, port }) {
    this.command = join(tools, 'prometheus');
    this.folder = folder;
    this.address = `127.0.0.1:${port}`;
  }

  async start(nodes, groups) {
    mkdirSync(this.folder, { recursive: true });
    const file = (name) => join(this.folder, name);
    writeFileSync(file('rules.yaml'), stringify({ groups }));
    writeFileSync(file('prometheus.yaml'), stringify(configuration(nodes)));
    this.#child = spawn(
      this.command,
      [
        `--config.file=${file('prometheus.yaml')}`,
        `--storage.tsdb.path=${file('data')}`,
        `--web.listen-address=${this.address}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#child.stderr.on('data', (piece) => (this.#trouble = `${this.#trouble}${piece}`.slice(-4_000)));
    await eventually('Prometheus is ready', async () => {
      if (this.#child.exitCode !== null) throw new Error(`Prometheus ended: ${this.#trouble}`);
      const response = await fetch(`http://${this.address}/-/ready`).catch(() => undefined);
      return response?.ok;
    });
  }

  async stop() {
    if (!this.#child || this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** One number; undefined where there is none. */
  async value(query) {
    const { result } = await this.#ask('query', { query });
    return result.length === 0 ? undefined : Number(result[0].value[1]);
  }

  /** How many series a query gives over a time, those without a single number left out. */
  async seriesCount(query, since) {
    const end = Date.now() / 1000;
    const { result } = await this.#ask('query_range', { query, start: since / 1000, end, step: '1s' });
    return result.filter(({ values }) => values.some(([, value]) => Number.isFinite(Number(value)))).length;
  }

  /** Labels of the alerts that fire. */
  async firing() {
    const { alerts } = await this.#ask('alerts', {});
    return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
  }

  async targets() {
    const { activeTargets } = await this.#ask('targets', { state: 'active' });
    return activeTargets.map(({ labels, health, lastError }) => ({ pod: labels.pod, health, lastError }));
  }

  async #ask(what, parameters) {
    const response = await fetch(`http://${this.address}/api/v1/${what}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = await response.json();
    if (status !== 'success') throw new Error(`Prometheus on ${JSON.stringify(parameters)}: ${error}`);
    return data;
  }
}

function configuration(nodes) {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      {
        job_name: 'noex-worker',
        static_configs: nodes.map(({ name, management }) => ({
          targets: [management],
          labels: { namespace: 'noex', version: 'v1', pod: name },
        })),
      },
    ],
  };
}

/** Asks until the answer is truthy, and gives it back. */
export async function eventually(what, ask, patienceMs = 60_000) {
  const until = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > until) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
