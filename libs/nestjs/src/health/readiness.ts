/** `degraded`: takes work, but something is wrong that a person should see. */
export type ReadinessState = 'up' | 'degraded' | 'down';

/** Something that keeps a node from being wholly ready. */
export interface Finding {
  readonly state: 'degraded' | 'down';
  /** For people. */
  readonly reason: string;
}

/** Whether a node takes new work, and what speaks against it. */
export interface Readiness {
  readonly state: ReadinessState;
  /** The weightiest first; none while `up`. */
  readonly reasons: readonly string[];
}

/**
 * `unfit`, such as a drain, is the only reason where there is one, since all else follows from it or does not matter. Else the
 * worst finding decides.
 */
export function readinessOf(unfit: string | undefined, findings: readonly Finding[]): Readiness {
  if (unfit !== undefined) return { state: 'down', reasons: [unfit] };
  const by = (state: Finding['state']) => findings.filter((finding) => finding.state === state);
  const [down, degraded] = [by('down'), by('degraded')];
  return {
    state: down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'up',
    reasons: [...down, ...degraded].map(({ reason }) => reason),
  };
}
