import { BehaviorNotFoundError, NodeUnreachableError, SpawnRefusedError } from '@noex/contracts';

/** A node that could take a process. */
export interface Candidate {
  readonly id: string;
  readonly local: boolean;
  /** Processes it last reported, plus those it was asked to start and has not yet. */
  readonly load: number;
  readonly behaviors: ReadonlySet<string>;
  readonly draining: boolean;
}

/** Where a process is started: a node's name, a strategy, or a function that picks a candidate's name. */
export type Placement =
  | 'local'
  | 'least-loaded'
  | 'random'
  | 'round-robin'
  | (string & {})
  | ((candidates: readonly Candidate[]) => string | undefined);

/**
 * Picks the node for a spawn. `random` gives numbers in [0, 1), `turn` grows with each spawn. `least-loaded` compares two
 * random candidates (Mitzenmacher 2001, "The power of two choices"): nearly as even as the best and immune to everybody
 * choosing the same idle node at once. Throws NodeUnreachableError, BehaviorNotFoundError or SpawnRefusedError.
 */
export function place(
  behavior: string,
  placement: Placement,
  all: readonly Candidate[],
  random: () => number,
  turn: number,
): Candidate {
  if (placement === 'local') return named(all.find((c) => c.local)!.id, behavior, all);
  const strategy = typeof placement === 'function' || STRATEGIES.has(placement);
  if (!strategy) return named(placement, behavior, all);

  const able = all.filter((c) => c.behaviors.has(behavior));
  if (able.length === 0) {
    throw new BehaviorNotFoundError(
      `none of the ${all.length} nodes (${all.map((c) => c.id).join(', ')}) has a behavior "${behavior}"`,
      { behavior, nodes: all.map((c) => c.id) },
    );
  }
  const candidates = able.filter((c) => !c.draining);
  if (candidates.length === 0) {
    throw new SpawnRefusedError(`every node that has "${behavior}" is shutting down`, { behavior });
  }
  if (typeof placement === 'function') {
    const id = ask(placement, candidates, behavior);
    if (id === undefined)
      throw new SpawnRefusedError(`the placement function chose no node for "${behavior}"`);
    return named(id, behavior, all);
  }
  const pick = () => candidates[Math.floor(random() * candidates.length)]!;
  switch (placement) {
    case 'round-robin':
      return candidates[turn % candidates.length]!;
    case 'random':
      return pick();
    default: {
      const first = pick();
      const others = candidates.filter((c) => c !== first);
      const second = others[Math.floor(random() * others.length)];
      return second && second.load < first.load ? second : first;
    }
  }
}

const STRATEGIES: ReadonlySet<string> = new Set(['least-loaded', 'random', 'round-robin']);

function ask(
  placement: (candidates: readonly Candidate[]) => string | undefined,
  candidates: readonly Candidate[],
  behavior: string,
): string | undefined {
  try {
    return placement(candidates);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SpawnRefusedError(
      `the placement function for "${behavior}" threw: ${why}`,
      { behavior },
      { cause: error },
    );
  }
}

function named(id: string, behavior: string, all: readonly Candidate[]): Candidate {
  const candidate = all.find((c) => c.id === id);
  if (!candidate) {
    throw new NodeUnreachableError(`node "${id}" is not connected`, {
      node: id,
      nodes: all.map((c) => c.id),
    });
  }
  if (!candidate.behaviors.has(behavior)) {
    throw new BehaviorNotFoundError(`node "${id}" has no behavior "${behavior}"`, { node: id, behavior });
  }
  return candidate;
}
