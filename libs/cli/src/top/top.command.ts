import { EXIT, UsageError, type Command } from '../command.js';
import type { NodeLoad } from '../node/answers.js';
import { CONNECTION_HELP, CONNECTION_OPTIONS, readConnection } from '../node/connection.js';
import { NodeClient } from '../node/node-client.js';
import { ratesBetween } from './rates.js';
import { topText } from './top-text.js';

const DEFAULT_SECONDS = '2';
const LEAST_SECONDS = 0.1;
const MOST_SECONDS = 3_600;
/** To the upper left corner, and nothing behind it. */
const CLEAR = '\x1b[H\x1b[2J';

export const top: Command = {
  name: 'top',
  usage: '[--interval SECONDS] [--once] [--url URL] [--token-file FILE] [--json]',
  summary: 'Shows what a node does per second, and its busiest processes, until Ctrl-C.',
  details: `  --interval SECONDS  how often; default ${DEFAULT_SECONDS}
  --once             after one interval, and no more
${CONNECTION_HELP}

With --json each look is one line. Of more than 2000 processes the node tells of those that have been busiest since their start.`,
  options: { ...CONNECTION_OPTIONS, interval: { type: 'string' }, once: { type: 'boolean' } },
  async run(input, host) {
    if (input.positionals.length > 0) {
      throw new UsageError(
        `top takes no arguments, but got "${input.positionals.join(' ')}"; name a node by --url`,
      );
    }
    const { interval = DEFAULT_SECONDS, once, json } = input.options;
    const seconds = Number(interval);
    if (!(seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS)) {
      throw new UsageError(
        `--interval takes seconds from ${LEAST_SECONDS} to ${MOST_SECONDS}, not "${String(interval)}"`,
      );
    }
    const client = new NodeClient(readConnection(input, host));
    let before = await client.get<NodeLoad>('top');
    for (;;) {
      await host.sleep(seconds * 1000);
      const after = await client.get<NodeLoad>('top');
      const rates = ratesBetween(before, after);
      before = after;
      // A node that was started anew has nothing to compare with yet.
      if (!rates) continue;
      const text = json === true ? `${JSON.stringify(rates)}\n` : topText(rates);
      const clears = host.isTerminal && json !== true && once !== true;
      host.writeOut(clears ? `${CLEAR}${text}` : text);
      if (once === true) return EXIT.ok;
    }
  },
};
