import type { Clock, TimerHandle } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import type { Finding } from '../health/readiness.js';
import { CANARY_BEHAVIOR, canaryDriver } from './canary.behavior.js';
import { flyCanary } from './canary-flight.js';
import {
  afterCanary,
  canaryFinding,
  pickTarget,
  type CanaryFailure,
  type CanaryOutcome,
} from './canary-verdict.js';

export interface CanarySettings {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row that make the node not ready. */
  readonly failures: number;
}

/** Peers that one round asks where the former ones refuse. */
const MOST_TRIES = 3;
/** Rounds of many nodes spread over time: each waits between 1 - JITTER and 1 + JITTER intervals. */
const JITTER = 0.2;

/**
 * START HERE. At an interval this node starts a tiny process on itself and on a random peer, calls it, stops it and waits for its
 * DOWN: what every request needs, by the way every request goes. Runs from the node's start until it leaves.
 */
export class Canary {
  private readonly clock: Clock;
  private readonly counts = { passed: 0, failed: 0, excused: 0 };
  private failures: readonly CanaryFailure[] = [];
  private readonly lastByPeer = new Map<string, string>();
  private lastMs = 0;
  private first: Promise<void> | undefined;
  private hasFlown = false;
  private timer: TimerHandle;
  private stopped = false;

  /** `random` gives numbers in [0, 1). Makes the behavior known, so that peers can send theirs here from the start on. */
  constructor(
    private readonly cluster: Cluster,
    private readonly settings: CanarySettings,
    private readonly random: () => number = Math.random,
  ) {
    this.clock = cluster.node.clock;
    cluster.addBehavior(canaryDriver);
    cluster.statusChange.add((status) => {
      if (status === 'running') this.first = this.start();
      else this.stop();
    });
    cluster.members.nodeDown.add((id) => this.forget(id));
  }

  /** Resolves when the first canary, of this node to itself, has come back or failed; at once before the node runs. */
  async firstRound(): Promise<void> {
    await this.first;
  }

  /** What the canaries say against this node's readiness. */
  get finding(): Finding | undefined {
    if (!this.hasFlown) return { state: 'down', reason: 'the first canary is under way' };
    return canaryFinding(this.failures, this.settings.failures, this.targets().length);
  }

  /** Why the last canary to a node failed, for each node that this holds of. */
  get failingNodes(): ReadonlyMap<string, string> {
    return this.lastByPeer;
  }

  /** Totals since the start, by outcome. */
  get outcomes(): Readonly<Record<CanaryOutcome['kind'], number>> {
    return this.counts;
  }

  /** How long the last canary that passed was under way, in milliseconds. */
  get lastPassedMs(): number {
    return this.lastMs;
  }

  private async start(): Promise<void> {
    await this.send(this.cluster.self.id);
    this.hasFlown = true;
    // Nodes that started together do not go on together.
    this.again(this.settings.intervalMs * this.random());
  }

  private stop(): void {
    this.stopped = true;
    this.clock.clearTimeout(this.timer);
  }

  private again(delayMs: number): void {
    if (this.stopped) return;
    this.timer = this.clock.setTimeout(() => void this.round(), delayMs);
  }

  private async round(): Promise<void> {
    const { id } = this.cluster.self;
    // A peer's answer does not show whether the processes of this node get their turn.
    const own = await flyCanary(this.cluster, id, this.settings.timeoutMs);
    if (own.kind !== 'passed' || !(await this.sendToPeer())) this.record(id, own);
    this.again(this.settings.intervalMs * (1 - JITTER + 2 * JITTER * this.random()));
  }

  /** False when no peer took it. */
  private async sendToPeer(): Promise<boolean> {
    const asked = new Set<string>();
    while (asked.size < MOST_TRIES && !this.stopped) {
      const peers = this.targets().filter((peer) => !asked.has(peer));
      const target = pickTarget(peers, this.failures, this.random());
      if (target === undefined) return false;
      asked.add(target);
      if ((await this.send(target)).kind !== 'excused') return true;
    }
    return false;
  }

  private async send(target: string): Promise<CanaryOutcome> {
    const sentAt = this.clock.now();
    const outcome = await flyCanary(this.cluster, target, this.settings.timeoutMs);
    if (outcome.kind === 'passed') this.lastMs = this.clock.now() - sentAt;
    this.record(target, outcome);
    return outcome;
  }

  private record(target: string, outcome: CanaryOutcome): void {
    if (this.stopped) return;
    const { id, logger } = this.cluster.node;
    this.counts[outcome.kind]++;
    const before = this.failures.length;
    const to = { target, self: target === id };
    this.failures = afterCanary(this.failures, to, outcome, this.settings.failures);
    if (outcome.kind === 'passed') {
      this.lastByPeer.delete(target);
      if (before > 0) logger.info('canaries pass again', { event: 'canary_recovered', target });
    } else if (outcome.kind === 'failed') {
      const { reason } = outcome;
      this.lastByPeer.set(target, reason);
      const inARow = this.failures.length;
      logger.warn(`the canary to "${target}" failed: ${reason}`, {
        event: 'canary_failed',
        target,
        reason,
        inARow,
      });
    }
  }

  /** It went down: that it hung before is its fault, and known. */
  private forget(peer: string): void {
    this.lastByPeer.delete(peer);
    this.failures = this.failures.filter(({ target }) => target !== peer);
  }

  /** Peers that take canaries: not those that leave or have none. */
  private targets(): string[] {
    return this.cluster
      .nodes()
      .filter(({ local, draining, behaviors }) => !local && !draining && behaviors.includes(CANARY_BEHAVIOR))
      .map(({ id }) => id);
  }
}
