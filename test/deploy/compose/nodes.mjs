// The three services of docker-compose.yml as their user sees them: by the ports on loopback and by Compose's own commands.
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../../tools/ensure/root.mjs';

export const NODES = { seed: 8081, 'worker-1': 8082, 'worker-2': 8083 };

export class ComposeProject {
  #engine;
  #variables;

  constructor(engine, variables) {
    this.#engine = engine;
    this.#variables = variables;
  }

  compose(args) {
    return this.#engine.docker(['compose', ...args], this.#options());
  }

  attempt(args) {
    return this.#engine.attempt(['compose', ...args], this.#options());
  }

  #options() {
    return { cwd: ROOT, env: this.#variables, timeoutMs: 180_000 };
  }

  /** @returns {Promise<{ status: number, body: any }>} */
  async request(service, path, text) {
    const { status, text: answer } = await this.#engine.request(
      `http://127.0.0.1:${NODES[service]}${path}`,
      text,
    );
    return { status, body: JSON.parse(answer) };
  }

  /** Waits until each of these nodes sees all others of them, and no more. */
  async sees(services, withinMs) {
    const until = Date.now() + withinMs;
    for (;;) {
      const seen = await Promise.all(
        services.map(async (service) => {
          const { body } = await this.request(service, '/health');
          return body.info?.noex?.connectedNodes;
        }),
      );
      if (seen.every((count) => count === services.length - 1)) return;
      if (Date.now() > until)
        throw new Error(`${services.join(', ')} see ${seen.join(', ')} others after ${withinMs} ms`);
      await sleep(200);
    }
  }

  /** @returns {Promise<object>} the result of the text */
  async analyze(service, text, withinMs) {
    const { status, body } = await this.request(service, '/jobs', text);
    if (status !== 202) throw new Error(`POST /jobs answers ${status}: ${JSON.stringify(body)}`);
    for (const until = Date.now() + withinMs; ; await sleep(200)) {
      const { body: progress } = await this.request(service, `/jobs/${body.id}`);
      if (progress.status === 'done') return (await this.request(service, `/jobs/${body.id}/result`)).body;
      if (progress.status === 'failed' || Date.now() > until) {
        throw new Error(`the job is ${JSON.stringify(progress)}`);
      }
    }
  }

  /** Lines of a service's log that have this event. */
  async events(service, event) {
    const logs = await this.compose(['logs', '--no-color', '--no-log-prefix', service]);
    return logs
      .split('\n')
      .flatMap((line) => /\{.*\}/.exec(line)?.[0] ?? [])
      .map((line) => JSON.parse(line))
      .filter((line) => line.event === event);
  }

  async exitCode(service) {
    const id = (await this.compose(['ps', '--all', '--quiet', service])).trim();
    return Number(await this.#engine.docker(['inspect', '--format', '{{.State.ExitCode}}', id]));
  }
}
