import { EXIT, UsageError, type Command } from '../command.js';
import type { NodeStatus } from '../node/answers.js';
import { CONNECTION_HELP, CONNECTION_OPTIONS, readConnection } from '../node/connection.js';
import { NodeClient } from '../node/node-client.js';
import { jsonText } from '../text/json.js';
import { statusText } from './status-text.js';

export const status: Command = {
  name: 'status',
  usage: '[--url URL] [--token-file FILE] [--json]',
  summary: 'Shows a node: whether it is ready and why not, its load, its processes, its peers.',
  details: CONNECTION_HELP,
  options: CONNECTION_OPTIONS,
  async run(input, host) {
    if (input.positionals.length > 0) {
      throw new UsageError(
        `status takes no arguments, but got "${input.positionals.join(' ')}"; name a node by --url`,
      );
    }
    const answer = await new NodeClient(readConnection(input, host)).get<NodeStatus>('status');
    host.writeOut(input.options['json'] === true ? jsonText(answer) : statusText(answer));
    return EXIT.ok;
  },
};
