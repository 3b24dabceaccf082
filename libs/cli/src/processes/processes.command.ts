import { EXIT, UsageError, type Command } from '../command.js';
import type { ProcessList, ProcessStatus } from '../node/answers.js';
import { CONNECTION_HELP, CONNECTION_OPTIONS, readConnection } from '../node/connection.js';
import { NodeClient } from '../node/node-client.js';
import { duration, plain, plural } from '../text/format.js';
import { jsonText } from '../text/json.js';
import { table, type Column } from '../text/table.js';

const SORTS = ['mailbox', 'busy', 'handled'];
const DEFAULT_LIMIT = '20';

export const processes: Command = {
  name: 'processes',
  usage:
    '[--behavior NAME] [--limit N] [--sort mailbox|busy|handled] [--url URL] [--token-file FILE] [--json]',
  summary: 'Lists the processes of a node, those with the fullest mailboxes first.',
  details: `  --behavior NAME    only processes of this behavior
  --limit N          at most so many, up to 10000; default ${DEFAULT_LIMIT}
  --sort WHAT        the most of what first: mailbox (messages that wait), busy (time of its handlers), handled (messages)
${CONNECTION_HELP}`,
  options: {
    ...CONNECTION_OPTIONS,
    behavior: { type: 'string' },
    limit: { type: 'string' },
    sort: { type: 'string' },
  },
  async run(input, host) {
    const {
      behavior,
      limit = DEFAULT_LIMIT,
      sort = 'mailbox',
      json,
    } = input.options as Record<string, string>;
    if (input.positionals.length > 0) {
      throw new UsageError(
        `"${input.positionals[0]}" is no option; --behavior names a behavior, --url a node`,
      );
    }
    if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 10_000) {
      throw new UsageError(`--limit takes a whole number from 1 to 10000, not "${limit}"`);
    }
    if (!SORTS.includes(sort)) throw new UsageError(`--sort takes ${SORTS.join(', ')}, not "${sort}"`);
    const client = new NodeClient(readConnection(input, host));
    const answer = await client.get<ProcessList>('processes', { behavior, limit, sort });
    host.writeOut(json ? jsonText(answer) : listText(answer, sort));
    return EXIT.ok;
  },
};

const COLUMNS: readonly Column<ProcessStatus>[] = [
  { title: 'PROCESS', text: ({ process }) => plain(process) },
  { title: 'BEHAVIOR', text: ({ behavior }) => plain(behavior) },
  { title: 'NAMES', text: ({ names }) => plain(names.join(',') || '-') },
  { title: 'STATUS', text: statusOf },
  { title: 'MAILBOX', text: ({ mailboxDepth }) => String(mailboxDepth), align: 'right' },
  { title: 'PEAK', text: ({ mailboxHighWater }) => String(mailboxHighWater), align: 'right' },
  { title: 'HANDLED', text: ({ handled }) => String(handled), align: 'right' },
  { title: 'BUSY', text: ({ busyMs }) => duration(busyMs), align: 'right' },
  { title: 'LINKS', text: ({ links }) => String(links), align: 'right' },
  { title: 'MONITORED BY', text: ({ monitoredBy }) => String(monitoredBy), align: 'right' },
];

function statusOf({ status, suspended, stateName }: ProcessStatus): string {
  const state = stateName === undefined ? '' : ` in ${plain(stateName)}`;
  return `${status}${state}${suspended ? ', suspended' : ''}`;
}

function listText({ node, total, processes }: ProcessList, sort: string): string {
  const shown = processes.length < total ? `the first ${processes.length} by ${sort} of ` : '';
  const count = `${shown}${plural(total, 'process', 'processes')} on ${plain(node)}\n`;
  return processes.length > 0 ? `${table(processes, COLUMNS)}\n${count}` : count;
}
