import type { ProcessExtras } from './process-extras.js';

/** All processes of a node at one moment, in numbers. */
export interface Census {
  readonly processesByBehavior: ReadonlyMap<string, number>;
  /** Messages in all mailboxes. */
  readonly queued: number;
  /** Messages in the fullest one. */
  readonly deepest: number;
  /** Monitors on processes of this node, of whomever. */
  readonly monitors: number;
  /** Links between processes of this node. */
  readonly localLinks: number;
  /** Links of processes of this node with those of others. */
  readonly remoteLinks: number;
}

interface Counted {
  readonly behaviorName: string;
  readonly mailboxDepth: number;
  readonly relations: Readonly<ProcessExtras> | undefined;
}

/** Walks every process: for scrapes. */
export function takeCensus(processes: Iterable<Counted>): Census {
  const processesByBehavior = new Map<string, number>();
  let queued = 0;
  let deepest = 0;
  let monitors = 0;
  let linkEnds = 0;
  let remoteLinks = 0;
  for (const { behaviorName, mailboxDepth, relations } of processes) {
    processesByBehavior.set(behaviorName, (processesByBehavior.get(behaviorName) ?? 0) + 1);
    queued += mailboxDepth;
    if (mailboxDepth > deepest) deepest = mailboxDepth;
    monitors += relations?.watchers?.size ?? 0;
    linkEnds += relations?.links?.size ?? 0;
    remoteLinks += relations?.remoteLinks?.size ?? 0;
  }
  return { processesByBehavior, queued, deepest, monitors, localLinks: linkEnds / 2, remoteLinks };
}
