import { EXIT, OperationFailed, UsageError, type Command } from '../command.js';
import type { CallReply } from '../node/answers.js';
import { CONNECTION_HELP, CONNECTION_OPTIONS, readConnection } from '../node/connection.js';
import { NodeClient } from '../node/node-client.js';
import { plain } from '../text/format.js';
import { jsonText } from '../text/json.js';

const DEFAULT_TIMEOUT_MS = '5000';
const MOST_MS = 2 ** 31 - 1;
/** The node ends the call itself; this is how much longer its answer is waited for, in milliseconds. */
const GRACE_MS = 5_000;

export const call: Command = {
  name: 'call',
  usage: 'TARGET MESSAGE [JSON] [--timeout MS] [--url URL] [--token-file FILE] [--json]',
  summary: 'Calls a process, on whatever node it lives, and prints its reply as JSON.',
  details: `TARGET is the id of a process as \`noex processes\` shows it, a name of the node, or a global name. JSON is the payload.
The handler runs as for any caller. Where the call fails, the outcome says whether it may have run: not-run, unknown or ran.

  --timeout MS       how long the process may take; default ${DEFAULT_TIMEOUT_MS}
${CONNECTION_HELP}`,
  options: { ...CONNECTION_OPTIONS, timeout: { type: 'string' } },
  async run(input, host) {
    const [target, message, json, ...rest] = input.positionals;
    if (target === undefined || message === undefined) throw new UsageError('name a process and a message');
    if (rest.length > 0)
      throw new UsageError(`the payload is one JSON value; quote it, and leave out "${rest.join(' ')}"`);
    const payload = json === undefined ? undefined : readPayload(json);
    const timeoutMs = readTimeout(input.options['timeout'] ?? DEFAULT_TIMEOUT_MS);
    const client = new NodeClient(readConnection(input, host));
    const answer = await client
      .post<CallReply>(
        'call',
        { target, message, payload, timeoutMs },
        Math.min(timeoutMs + GRACE_MS, MOST_MS),
      )
      .catch(explain);
    host.writeOut(jsonText(input.options['json'] === true ? answer : answer.reply));
    return EXIT.ok;
  },
};

function readPayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `the payload is no JSON (${(error as Error).message}); a text needs quotes: '"text"'`,
      {
        cause: error,
      },
    );
  }
}

function readTimeout(text: unknown): number {
  const timeoutMs = Number(text);
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= MOST_MS) return timeoutMs;
  throw new UsageError(`--timeout takes a whole number of milliseconds from 1, not "${String(text)}"`);
}

/** What failed is the call: its error is told with what follows from it. */
function explain(error: unknown): never {
  if (!(error instanceof OperationFailed) || error.facts['outcome'] === undefined) throw error;
  const { code, message, facts } = error;
  const { name, outcome, status } = facts as Record<string, string | number>;
  const who = code === 'remote_error' ? `${name}: ` : '';
  throw new OperationFailed(
    code,
    `${plain(`${who}${message}`)} (code ${code}, outcome ${outcome}, status ${status})`,
    facts,
  );
}
