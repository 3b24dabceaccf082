import { request } from 'node:http';
import { readHttpPort } from '../http-port.js';

export interface Answer {
  readonly isHealthy: boolean;
  /** What the node said, or why there was no answer. */
  readonly text: string;
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** Where the node of this container says whether it has started: on the management port if there is one, else on the app's. */
export function startupUrl(env: NodeJS.ProcessEnv): URL {
  const port = env.MANAGEMENT_PORT ?? readHttpPort(env);
  const given = env.MANAGEMENT_PORT === undefined ? '' : (env.MANAGEMENT_HOST ?? '');
  const host = WILDCARDS.has(given) ? '127.0.0.1' : given;
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/startupz`);
}

/** Asks once; healthy is 200 within `timeoutMs`. Never rejects. */
export function ask(url: URL, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const fail = (error: Error) => {
      const why = signal.aborted ? `no answer within ${timeoutMs} ms` : error.message;
      resolve({ isHealthy: false, text: `${url.href}: ${why}` });
    };
    request(url, { signal, agent: false }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('error', fail)
        .on('end', () => resolve({ isHealthy: response.statusCode === 200, text }));
    })
      .on('error', fail)
      .end();
  });
}
