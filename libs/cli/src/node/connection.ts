import { readFileSync } from 'node:fs';
import { UsageError, type Command, type CommandHost, type CommandInput } from '../command.js';

/** Where k8s/ and the docs have it. */
const USUAL_PORT = '9090';

/** A node's management API and the right to use it. */
export interface Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
}

/** Options of every command that asks a node. The token is none of them: the list of processes would show it. */
export const CONNECTION_OPTIONS = {
  url: { type: 'string' },
  'token-file': { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies Command['options'];

export const CONNECTION_HELP = `  --url URL          the node's management port; default NOEX_URL, else http://127.0.0.1:$MANAGEMENT_PORT (9090)
  --token-file FILE  holds the token; default NOEX_TOKEN_FILE, NOEX_TOKEN, or the node's own MANAGEMENT_TOKEN_FILE, MANAGEMENT_TOKEN
  --json             JSON instead of text

Exit code: 0 where it was done, 1 where it failed, 2 where the command line makes no sense.`;

/** Throws UsageError. */
export function readConnection({ options }: CommandInput, host: CommandHost): Connection {
  return { url: readUrl(options['url'], host.env), token: readToken(options['token-file'], host.env) };
}

function readUrl(option: unknown, env: NodeJS.ProcessEnv): string {
  const given = option ?? env['NOEX_URL'];
  const text = typeof given === 'string' ? given : `http://127.0.0.1:${env['MANAGEMENT_PORT'] ?? USUAL_PORT}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    throw new UsageError(
      `${JSON.stringify(text)} is no URL of a management port; write it as http://127.0.0.1:9090`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readToken(option: unknown, env: NodeJS.ProcessEnv): string {
  const sources: [where: string, read: () => string | undefined][] = [
    ['--token-file', () => (typeof option === 'string' ? readFile(option, '--token-file') : undefined)],
    ...['NOEX_TOKEN', 'MANAGEMENT_TOKEN'].flatMap((name): [string, () => string | undefined][] => {
      const file = `${name}_FILE`;
      return [
        [file, () => (env[file] === undefined ? undefined : readFile(env[file], file))],
        [name, () => env[name]],
      ];
    }),
  ];
  for (const [where, read] of sources) {
    const token = read()?.trim();
    if (token === undefined) continue;
    if (/^[\x21-\x7e]+$/.test(token)) return token;
    throw new UsageError(`${where} holds no token: it is empty, or has characters that a token has not`);
  }
  throw new UsageError(
    "no token is given; name its file with --token-file, or set NOEX_TOKEN_FILE or NOEX_TOKEN to the node's",
  );
}

function readFile(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // Without the path: people put the token itself in its place.
    throw new UsageError(
      `${where} names no file that can be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`,
      { cause: error },
    );
  }
}
