import { describeExit, type ExitReason } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { CANARY_BEHAVIOR, type CanaryArgs } from './canary.behavior.js';
import type { CanaryOutcome } from './canary-verdict.js';

/** Refusals by a node that works: it drains, or has no canaries. */
const REFUSALS: ReadonlySet<unknown> = new Set(['draining', 'behavior_not_found', 'spawn_refused']);

/** A canary outlives its flight only where its stop got lost; then for as many times the flight's limit. */
const LIFETIMES = 5;

/**
 * Sends one canary: starts a process on the node, calls it, stops it and waits for its DOWN, all of it within `timeoutMs`. Never
 * rejects.
 */
export async function flyCanary(cluster: Cluster, target: string, timeoutMs: number): Promise<CanaryOutcome> {
  const incarnation = incarnationOf(cluster, target);
  try {
    await fly(cluster, target, timeoutMs);
    return { kind: 'passed' };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    // Who leaves or dies meanwhile ends a canary in many ways; all that counts is that it is no longer there to be reached.
    const gone = incarnation === undefined || incarnationOf(cluster, target) !== incarnation;
    return gone || REFUSALS.has(code) ? { kind: 'excused' } : { kind: 'failed', reason: message };
  }
}

/** Which life of a node takes processes now; undefined for one that is not connected or drains. */
function incarnationOf(cluster: Cluster, id: string): number | undefined {
  const node = cluster.nodes().find((known) => known.id === id);
  return node && !node.draining ? node.incarnation : undefined;
}

async function fly(cluster: Cluster, target: string, timeoutMs: number): Promise<void> {
  const { clock } = cluster.node;
  const start = clock.now();
  const deadline = start + timeoutMs;
  const leftMs = () => Math.max(1, deadline - clock.now());
  const args: CanaryArgs = { lifetimeMs: LIFETIMES * timeoutMs };
  const ref = await cluster.spawn(CANARY_BEHAVIOR, { on: target, args, timeoutMs });
  try {
    let ended: (reason: ExitReason) => void;
    const down = new Promise<ExitReason>((resolve) => (ended = resolve));
    const monitor = cluster.monitor(ref, (reason) => ended(reason));
    try {
      const echo = await cluster.call(ref, 'ping', start, { timeoutMs: leftMs() });
      if (echo !== start) throw new Error(`its process answered ${String(echo)} instead of ${start}`);
      cluster.exit(ref, 'shutdown');
      await inTime(cluster, down, leftMs());
    } finally {
      monitor.cancel();
    }
  } catch (error) {
    cluster.exit(ref, 'kill');
    throw error;
  }
}

async function inTime(cluster: Cluster, down: Promise<ExitReason>, timeoutMs: number): Promise<void> {
  const { clock } = cluster.node;
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(
      () => reject(new Error(`no DOWN came within ${timeoutMs} ms after its process was told to stop`)),
      timeoutMs,
    );
  });
  try {
    const reason = await Promise.race([down, late]);
    if (reason !== 'shutdown') throw new Error(`its process ended with ${describeExit(reason)}`);
  } finally {
    clock.clearTimeout(timer);
  }
}
