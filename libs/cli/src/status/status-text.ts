import type { NodeStatus, PeerStatus } from '../node/answers.js';
import { bytes, duration, plain, plural, roundTrip, short } from '../text/format.js';
import { ledgerText } from '../text/ledger.js';
import { aligned, table, type Column } from '../text/table.js';

/** A node for people: what speaks against it first. */
export function statusText(status: NodeStatus): string {
  const { peers, processes, ledger } = status;
  const byBehavior = Object.entries(processes.byBehavior).sort(([, a], [, b]) => b - a);
  return [
    aligned(facts(status), [undefined, undefined]),
    byBehavior.length > 0 ? table(byBehavior, BEHAVIOR_COLUMNS) : '',
    peers.length > 0 ? table(peers, PEER_COLUMNS) : 'no peers\n',
    ledger ? `drain ledger\n${ledgerText(ledger)}` : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function facts(status: NodeStatus): string[][] {
  const { node, readiness, startupPending, loopLagMs, canary, processes, drops, refusals, joining } = status;
  const { count, started, restarts, queued, deepest } = processes;
  const lines: [string, ...(string | undefined)[]][] = [
    ['node', `${node.id} of cluster ${node.clusterName}, ${lifeOf(node)}`],
    ['', `${node.address || 'no address yet'}, incarnation ${node.incarnation}, pid ${node.pid}`],
    ['ready', readiness.state, ...readiness.reasons.map((reason) => `- ${reason}`)],
    ['starting', startupPending],
    ['event loop', `up to ${short(loopLagMs)} ms late`],
    ['canaries', canaryText(canary), ...failingText(canary)],
    ['quorum', quorumText(status.quorum)],
    ['processes', `${count} (${started} started, ${plural(restarts, 'restart')})`],
    ['mailboxes', `${plural(queued, 'message waits', 'messages wait')}, at most ${deepest} in one`],
    ['dropped', countsText(drops)],
    ['refused', countsText(refusals)],
    ['joining', joining > 0 ? plural(joining, 'node') : undefined],
  ];
  return lines.flatMap(([name, first, ...more]) =>
    first === undefined ? [] : [[name, plain(first)], ...more.map((line) => ['', plain(line!)])],
  );
}

function lifeOf({ status, draining, uptimeMs }: NodeStatus['node']): string {
  if (status === 'running') return `running for ${duration(uptimeMs)}`;
  return draining && status !== 'stopped' ? 'leaving' : status;
}

function canaryText(canary: NodeStatus['canary']): string {
  if (!canary) return 'off';
  const { passed, failed, excused, lastMs } = canary;
  return `${passed} passed, ${failed} failed, ${excused} excused; the last one took ${short(lastMs)} ms`;
}

function failingText(canary: NodeStatus['canary']): string[] {
  return Object.entries(canary?.failing ?? {}).map(([node, reason]) => `- ${node}: ${reason}`);
}

function quorumText({ has, seen, needed, lost }: NodeStatus['quorum']): string {
  const nodes =
    needed === 0 ? `not asked for; sees ${seen}` : `${has ? 'yes' : 'NO'}: sees ${seen} of ${needed} needed`;
  return lost.length > 0 ? `${nodes}; lost: ${lost.join(', ')}` : nodes;
}

function countsText(counts: Readonly<Record<string, number>>): string | undefined {
  const texts = Object.entries(counts).map(([reason, count]) => `${count} ${reason}`);
  return texts.length > 0 ? texts.join(', ') : undefined;
}

const BEHAVIOR_COLUMNS: readonly Column<[string, number]>[] = [
  { title: 'BEHAVIOR', text: ([behavior]) => plain(behavior) },
  { title: 'PROCESSES', text: ([, count]) => String(count), align: 'right' },
];

const PEER_COLUMNS: readonly Column<PeerStatus>[] = [
  { title: 'PEER', text: ({ id }) => plain(id) },
  { title: 'STATE', text: ({ state }) => plain(state) },
  { title: 'PHI', text: ({ phi }) => short(phi), align: 'right' },
  { title: 'ROUND TRIP', text: ({ roundTripMs }) => roundTrip(roundTripMs), align: 'right' },
  { title: 'PROCESSES', text: ({ load }) => String(load), align: 'right' },
  { title: 'SENT', text: ({ bytesSent }) => bytes(bytesSent), align: 'right' },
  { title: 'RECEIVED', text: ({ bytesReceived }) => bytes(bytesReceived), align: 'right' },
  { title: 'QUEUED', text: ({ queuedBytes }) => bytes(queuedBytes), align: 'right' },
  { title: 'CALLS OPEN', text: ({ callsPending }) => String(callsPending), align: 'right' },
  { title: 'ADDRESS', text: ({ address }) => plain(address) },
];
