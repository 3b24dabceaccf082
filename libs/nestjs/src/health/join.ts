/**
 * How long a node with seeds waits to meet a peer before it takes itself for the first of its cluster, in milliseconds. A node that
 * took requests before would not know the names and groups that the others hold.
 */
export const JOIN_GRACE_MS = 3_000;

export interface JoinFacts {
  readonly hasSeeds: boolean;
  readonly peers: number;
  /** Peers that are up and whose names have not all arrived. */
  readonly unsynced: readonly string[];
  /** Since the node listens, in milliseconds. */
  readonly runningMs: number;
}

/** What a node that has just started still waits for; undefined once it has joined, alone or with others. */
export function joinPending({ hasSeeds, peers, unsynced, runningMs }: JoinFacts): string | undefined {
  if (unsynced.length > 0)
    return `the names of ${unsynced.map((id) => `"${id}"`).join(', ')} have not all arrived`;
  if (hasSeeds && peers === 0 && runningMs < JOIN_GRACE_MS) return 'no seed has answered yet';
  return undefined;
}
