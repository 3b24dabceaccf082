import { EXIT, UsageError, type Command } from '../command.js';
import type { DrainResult } from '../node/answers.js';
import { CONNECTION_HELP, CONNECTION_OPTIONS, readConnection } from '../node/connection.js';
import { NodeClient } from '../node/node-client.js';
import { plain } from '../text/format.js';
import { jsonText } from '../text/json.js';
import { ledgerText } from '../text/ledger.js';

/** A node that is asked begins at once. */
const BEGIN_MS = 10_000;
/** Far above any budget of a shutdown, which is what ends the wait. */
const LONGEST_MS = 3_600_000;

export const drain: Command = {
  name: 'drain',
  usage: 'NODE [--wait] [--url URL] [--token-file FILE] [--json]',
  summary: 'Lets a node leave the cluster in order: the one that is asked, or one of its peers.',
  details: `The node finishes what is under way, hands over or stops its processes and says goodbye, within its own budget
(CLUSTER_DRAIN_MS). Its OS process goes on, not ready, until it is stopped; only a restart brings the node back.
A peer leaves where its own management API is on.

  --wait             until it has left, and prints its drain ledger
${CONNECTION_HELP}`,
  options: { ...CONNECTION_OPTIONS, wait: { type: 'boolean' } },
  async run(input, host) {
    const [node, ...rest] = input.positionals;
    if (node === undefined || rest.length > 0) throw new UsageError('name one node, as `noex status` does');
    const wait = input.options['wait'] === true;
    const client = new NodeClient(readConnection(input, host));
    const answer = await client.post<DrainResult>('drain', { node, wait }, wait ? LONGEST_MS : BEGIN_MS);
    host.writeOut(input.options['json'] === true ? jsonText(answer) : text(answer));
    return EXIT.ok;
  },
};

function text({ node, state, ledger }: DrainResult): string {
  if (ledger) return `${plain(node)} has left the cluster\n${ledgerText(ledger)}`;
  return `${plain(node)} is ${plain(state)}; its log line node_left will tell what became of its work\n`;
}
