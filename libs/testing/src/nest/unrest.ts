import type { Cluster } from '@noex/cluster';
import type { Reach } from './reach.js';

/** A node that lives, as the kit looks at it. */
export interface LiveNode {
  readonly id: string;
  readonly cluster: Cluster;
}

/** A node sees another that it cannot reach, or does not see one that it can. */
export interface WrongView {
  readonly node: string;
  readonly other: string;
  readonly text: string;
}

/** Where what the nodes see differs from what the network allows. */
export function wrongViews(nodes: readonly LiveNode[], reach: Reach): WrongView[] {
  return nodes.flatMap((node) => [
    ...nodes.flatMap((other) => viewOf(node, other, reach)),
    ...[...node.cluster.members.values()].flatMap(({ identity }) =>
      nodes.some(({ id }) => id === identity.id)
        ? []
        : [
            {
              node: node.id,
              other: identity.id,
              text: `${node.id} still sees ${identity.id}, which is gone`,
            },
          ],
    ),
  ]);
}

function viewOf(node: LiveNode, other: LiveNode, reach: Reach): WrongView[] {
  if (node.id === other.id) return [];
  const seen = node.cluster.members.get(other.id)?.identity.incarnation;
  const view = (text: string) => [{ node: node.id, other: other.id, text: `${node.id} ${text}` }];
  if (!reach.connects(node.id, other.id)) {
    return seen === undefined ? [] : view(`still sees ${other.id}, which it cannot reach`);
  }
  if (seen === other.cluster.self.incarnation) return [];
  return view(
    seen === undefined ? `does not see ${other.id}` : `still sees ${other.id} in an earlier incarnation`,
  );
}

/** What is at work or under way now, in words. What a fault holds back does not move. */
export function movements(nodes: readonly LiveNode[], reach: Reach): string[] {
  const found: string[] = [];
  for (const { id, cluster } of nodes) {
    for (const process of cluster.node.observer.list()) {
      // An idle process may well hold messages: those it has postponed, or all of them while it is suspended.
      if (process.status === 'idle') continue;
      const name = `process ${process.ref.toString()} ("${process.behavior}")`;
      found.push(`${id}: ${name} is ${process.status}, ${process.mailboxDepth} messages wait for it`);
    }
    for (const { connection } of cluster.members.connected()) {
      const { peer, queuedBytes } = connection;
      if (queuedBytes > 0 && reach.delivers(id, peer.id)) {
        found.push(`${id} → ${peer.id}: ${queuedBytes} bytes are under way`);
      }
    }
  }
  return found;
}

/** Grows with whatever the nodes do, so that two looks tell whether something happened between them. */
export function progress(nodes: readonly LiveNode[]): number {
  let sum = 0;
  for (const { cluster } of nodes) {
    const { callsSent, spawns } = cluster.stats();
    sum += callsSent + spawns + cluster.node.startedCount;
    for (const { handled } of cluster.node.observer.list()) sum += handled;
  }
  return sum;
}
