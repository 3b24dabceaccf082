import type { Finding } from '../health/readiness.js';

/** A canary that did not come back. */
export interface CanaryFailure {
  readonly target: string;
  /** It was sent to this node itself, so that no peer can be at fault. */
  readonly self: boolean;
  readonly reason: string;
}

export type CanaryOutcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The target refused or left: that says nothing of the way to it. */
  | { readonly kind: 'excused' };

/**
 * Where the next canary goes: to a random peer, and not to one whose failure stands as long as there is another, since only
 * another one tells whose fault it is. `random` is in [0, 1). Undefined without peers.
 */
export function pickTarget(
  peers: readonly string[],
  failures: readonly CanaryFailure[],
  random: number,
): string | undefined {
  const failed = new Set(failures.map(({ target }) => target));
  const others = peers.filter((peer) => !failed.has(peer));
  const pool = others.length > 0 ? others : peers;
  return pool[Math.floor(random * pool.length)];
}

/** The failures that stand after one more canary: those in a row since the last that passed, at most `limit` of them. */
export function afterCanary(
  failures: readonly CanaryFailure[],
  to: Pick<CanaryFailure, 'target' | 'self'>,
  outcome: CanaryOutcome,
  limit: number,
): readonly CanaryFailure[] {
  switch (outcome.kind) {
    case 'passed':
      return [];
    case 'failed':
      return [...failures, { ...to, reason: outcome.reason }].slice(-limit);
    case 'excused':
      return failures;
  }
}

/**
 * What the failures in a row mean for this node: `degraded`, and `down` once there are `limit` of them that cannot all be one
 * peer's fault: to different peers, to this node itself, or to the only peer there is.
 */
export function canaryFinding(
  failures: readonly CanaryFailure[],
  limit: number,
  peerCount: number,
): Finding | undefined {
  const last = failures.at(-1);
  if (!last) return undefined;
  const ours =
    peerCount <= 1 ||
    failures.some(({ self }) => self) ||
    new Set(failures.map(({ target }) => target)).size > 1;
  const to = last.self ? 'this node itself' : `node "${last.target}"`;
  const which =
    failures.length === 1
      ? `the last canary, to ${to}, failed`
      : `the last ${failures.length} canaries failed, the latest to ${to}`;
  return {
    state: failures.length >= limit && ours ? 'down' : 'degraded',
    reason: `${which}: ${last.reason}`,
  };
}
