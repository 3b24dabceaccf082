import type { Clock, Logger, Transport } from '@noex/contracts';
import { HandOver, type LocalNode } from '@noex/runtime';
import type { DrainLedger, DrainOptions } from './cluster-options.js';
import { planStop } from './leave-plan.js';
import { Listeners } from './listeners.js';
import type { Members } from './membership/members.js';
import { Leaving } from './remote/leaving.js';
import type { Serving } from './remote/serving.js';
import { Waits } from './waits.js';
import { FrameKind } from './wire/frame-kind.js';

/** Share of the time to drain that hooks may take, or the whole notice where that is longer. */
const HOOKS_SHARE = 0.5;
/** How often what cannot tell that it is done is looked at, in milliseconds. */
const LOOK_MS = 20;
/** Mailboxes that have not become emptier for so long hold what nobody takes: a suspended process, postponed events. */
const STUCK_MS = 500;
/** What the transport gets to close beyond the budget, in milliseconds; after that it is left alone. */
const CLOSE_GRACE_MS = 1_000;

export interface DepartureParts {
  readonly node: LocalNode;
  readonly members: Members;
  readonly serving: Serving;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What arrives from peers is counted there. */
  readonly host: { leaving: Leaving | undefined };
}

/** How a node leaves: the work under way is finished, its processes stopped, its peers told goodbye; all of it counted. */
export class Departure {
  /** The ledger, when all processes have ended: the last moment at which what is sent to a peer still reaches it. */
  readonly farewell: Listeners<[ledger: DrainLedger]>;
  private readonly waits: Waits;
  private answeredBefore = 0;
  private castsDroppedBefore = 0;
  private killed = 0;
  /** When the processes began to stop: calls that failed, and processes that lived. */
  private stopping: { readonly failed: number; readonly processes: number } | undefined;
  private final: DrainLedger | undefined;

  constructor(private readonly parts: DepartureParts) {
    this.farewell = new Listeners('farewell', parts.logger);
    this.waits = new Waits(parts.clock);
  }

  get hasBegun(): boolean {
    return this.parts.host.leaving !== undefined;
  }

  /** From here on the node counts as leaving. */
  begin(): void {
    const { host, node, serving } = this.parts;
    host.leaving = new Leaving();
    this.answeredBefore = serving.answered;
    this.castsDroppedBefore = node.castsDropped;
  }

  /** Notice, then refusal of what is new; resolves when what is under way is finished, or after `budgetMs`. */
  async drain(budgetMs: number, { noticeMs = 0, before }: DrainOptions = {}): Promise<void> {
    const { clock } = this.parts;
    const deadline = clock.now() + budgetMs;
    if (noticeMs > 0 || before) {
      await this.phase('notice', async () => {
        const hooksMs = Math.max(noticeMs, budgetMs * HOOKS_SHARE);
        const hooks = before ? this.waits.within(hooksMs, before()) : undefined;
        await this.waits.sleep(Math.min(noticeMs, budgetMs));
        await hooks;
      });
    }
    this.refuse();
    await this.phase('finish', () => this.finish(deadline));
  }

  /** Nothing is waited for any more, and processes that have not ended are killed. */
  hurry(): void {
    const { node, serving } = this.parts;
    this.waits.cutShort();
    serving.stopWaiting();
    if (!node.handOver) return;
    this.killed += node.processCount;
    // Oldest first: a supervisor ends before it could miss a child.
    for (const { ref } of [...node.observer.list()]) node.exit(ref, 'kill');
  }

  async complete(
    budgetMs: number,
    first: ((budgetMs: number) => Promise<unknown>) | undefined,
  ): Promise<DrainLedger> {
    const { node, members, serving, clock } = this.parts;
    const plan = planStop(budgetMs);
    const begun = clock.now();
    const leftUntil = (endMs: number) => Math.max(0, begun + endMs - clock.now());
    this.refuse();
    // HTTP may have drained since then, and casts go on to come.
    await this.emptyMailboxes(begun + plan.firstMs);
    this.stopping = { failed: serving.failed, processes: node.processCount };
    node.handOver = new HandOver();
    if (first) {
      await this.phase('first', () =>
        this.waits.within(leftUntil(plan.processesMs), first(leftUntil(plan.firstMs))),
      );
    }
    await this.phase('processes', async () => {
      const killed = await node.stop(this.waits.areCutShort ? 0 : leftUntil(plan.processesMs));
      // After the wait: `hurry` counts meanwhile.
      this.killed += killed;
    });
    // What ended with its process tells so a few promises later.
    await new Promise(setImmediate);
    // What was still under way may have been answered in that time.
    const failed = this.failedInStop;
    const callsLost = failed + serving.calls;
    for (const peer of members.connected()) {
      for (const spawn of peer.servedSpawns.values()) spawn.refuse();
    }
    this.farewell.emit(this.count(failed, callsLost, this.ownRequests().length));
    // Before the goodbye: who hears that closes its connection, and would be dialed again while others are waited for.
    await this.phase('flush', () => this.flush(leftUntil(plan.closeMs)));
    this.final = this.count(failed, callsLost, this.ownRequests().length);
    await this.phase('close', () => this.close(leftUntil(plan.closeMs) + CLOSE_GRACE_MS));
    return this.final;
  }

  /** The ledger as it stands, in which what is still under way is not lost; undefined before the node leaves. */
  get ledger(): DrainLedger | undefined {
    if (!this.hasBegun) return undefined;
    return this.final ?? this.count(this.failedInStop, this.failedInStop, 0);
  }

  /** Calls of peers that were not carried out because the processes stop. */
  private get failedInStop(): number {
    return this.stopping ? this.parts.serving.failed - this.stopping.failed : 0;
  }

  private count(callsFailed: number, callsLost: number, ownCallsLost: number): DrainLedger {
    const { node, serving, host } = this.parts;
    const { callsRefused, spawnsRefused, spawnsMoved, castsDelivered } = host.leaving!;
    const ended = this.stopping ? this.stopping.processes - node.processCount : 0;
    return {
      callsCompleted: serving.answered - this.answeredBefore - callsFailed,
      callsRefused,
      spawnsRefused,
      spawnsMoved,
      callsLost,
      ownCallsLost,
      castsDelivered,
      castsDropped: node.castsDropped - this.castsDroppedBefore,
      processesStopped: Math.max(0, ended - this.killed),
      processesHandedOver: node.handOver?.handedOver ?? 0,
      processesKilled: this.killed,
    };
  }

  private refuse(): void {
    this.parts.host.leaving!.refuses = true;
  }

  private async finish(deadline: number): Promise<void> {
    const { serving, clock } = this.parts;
    const isUnderWay = this.ownRequests();
    await serving.whenIdle(clock, this.waits.areCutShort ? 0 : Math.max(0, deadline - clock.now()));
    await this.lookUntil(deadline, () => !isUnderWay.some((isOpen) => isOpen()));
    await this.emptyMailboxes(deadline);
  }

  /** What this node asked of peers and has no answer to: each says whether that is still so. */
  private ownRequests(): (() => boolean)[] {
    const requests: (() => boolean)[] = [];
    for (const { calls, spawns } of this.parts.members.connected()) {
      for (const call of calls.values()) requests.push(() => calls.get(call.id) === call);
      for (const spawn of spawns.values()) requests.push(() => spawns.get(spawn.id) === spawn);
    }
    return requests;
  }

  /** Waits for handlers to take what waits for them, as long as that becomes less. */
  private async emptyMailboxes(deadline: number): Promise<void> {
    const { node, clock } = this.parts;
    let least = Infinity;
    let leastAt = 0;
    await this.lookUntil(deadline, () => {
      const queued = node.queuedMessages;
      if (queued < least) {
        least = queued;
        leastAt = clock.now();
      }
      return queued === 0 || clock.now() - leastAt >= STUCK_MS;
    });
  }

  private async lookUntil(deadline: number, isDone: () => boolean): Promise<void> {
    const { clock } = this.parts;
    while (!this.waits.areCutShort && clock.now() < deadline && !isDone()) {
      await this.waits.sleep(Math.min(LOOK_MS, deadline - clock.now()));
    }
  }

  /** Resolves when what waits for the peers is with the transport, or after `budgetMs`: replies come before the goodbye. */
  private async flush(budgetMs: number): Promise<void> {
    const peers = [...this.parts.members.connected()];
    await this.waits.within(budgetMs, Promise.allSettled(peers.map((peer) => peer.drained())));
  }

  private async close(limitMs: number): Promise<void> {
    const { members, transport, logger, clock } = this.parts;
    members.stopHeartbeats();
    for (const peer of members.connected()) {
      peer.control((writer) => writer.plain(FrameKind.Goodbye));
      peer.flush();
    }
    // Not cut short: whoever is in a hurry still says goodbye.
    const closed = await new Waits(clock).within(limitMs, transport.close());
    if (!closed) {
      logger.warn(`the transport has not closed within ${Math.round(limitMs)} ms and is left alone`, {
        event: 'leave_overdue',
      });
    }
    members.clear();
  }

  private async phase(phase: string, work: () => Promise<unknown>): Promise<void> {
    const { clock, logger } = this.parts;
    const begun = clock.now();
    await work();
    const tookMs = Math.round(clock.now() - begun);
    logger.debug(`leaving: "${phase}" took ${tookMs} ms`, { event: 'leave_phase', phase, tookMs });
  }
}
