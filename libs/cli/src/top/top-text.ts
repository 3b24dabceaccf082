import type { NodeTotals } from '../node/answers.js';
import { bytes, plain, plural, roundTrip, short, words } from '../text/format.js';
import { aligned, table, type Column } from '../text/table.js';
import type { LoadRates, PeerRates, ProcessRates } from './rates.js';

/** Processes that fit on a screen beside the rest. */
const SHOWN_PROCESSES = 15;

export function topText(rates: LoadRates): string {
  const { node, status, readiness, seconds, loopLagMs, processCount, queued, peers, left } = rates;
  const shown = rates.processes.slice(0, SHOWN_PROCESSES);
  const hidden = rates.processes.length - shown.length + left;
  const head = [
    `${plain(node)} ${plain(status)}, ready: ${plain(readiness)}`,
    `event loop up to ${short(loopLagMs)} ms late`,
    plural(processCount, 'process', 'processes'),
    plural(queued, 'message waits', 'messages wait'),
  ].join('; ');
  return [
    `${head}\n`,
    `per second, over ${short(seconds)} s\n${totalsText(rates.perSecond)}`,
    peers.length > 0 ? table(peers, PEER_COLUMNS) : '',
    shown.length > 0 ? table(shown, PROCESS_COLUMNS) : '',
    hidden > 0 ? `and ${plural(hidden, 'process', 'processes')} more\n` : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function totalsText(totals: NodeTotals): string {
  const entries = Object.entries(totals) as [string, number][];
  const right = entries.map(() => 'right' as const);
  return aligned([entries.map(([name]) => words(name)), entries.map(([, rate]) => short(rate))], right);
}

const PEER_COLUMNS: readonly Column<PeerRates>[] = [
  { title: 'PEER', text: ({ id }) => plain(id) },
  { title: 'PHI', text: ({ phi }) => short(phi), align: 'right' },
  { title: 'ROUND TRIP', text: ({ roundTripMs }) => roundTrip(roundTripMs), align: 'right' },
  { title: 'SENT/S', text: (peer) => bytes(peer.bytesSentPerSecond), align: 'right' },
  { title: 'RECEIVED/S', text: (peer) => bytes(peer.bytesReceivedPerSecond), align: 'right' },
  { title: 'QUEUED', text: ({ queuedBytes }) => bytes(queuedBytes), align: 'right' },
  { title: 'CALLS OPEN', text: ({ callsPending }) => String(callsPending), align: 'right' },
];

const PROCESS_COLUMNS: readonly Column<ProcessRates>[] = [
  { title: 'PROCESS', text: ({ process }) => plain(process) },
  { title: 'BEHAVIOR', text: ({ behavior }) => plain(behavior) },
  { title: 'NAMES', text: ({ names }) => plain(names.join(',') || '-') },
  { title: 'BUSY', text: ({ busy }) => `${short(busy * 100)} %`, align: 'right' },
  { title: 'MESSAGES/S', text: (process) => short(process.handledPerSecond), align: 'right' },
  { title: 'MAILBOX', text: ({ mailboxDepth }) => String(mailboxDepth), align: 'right' },
];
