import type { Clock, Transport } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { DrainLedger } from './cluster-options.js';
import type { Members } from './membership/members.js';
import type { Serving } from './remote/serving.js';
import { FrameKind } from './wire/frame-kind.js';

export interface DepartureParts {
  readonly node: LocalNode;
  readonly members: Members;
  readonly serving: Serving;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Requests of peers refused so far. */
  refused(): number;
}

/** How a node leaves: the calls under way are finished, its processes stopped, its peers told goodbye; all of it counted. */
export class Departure {
  private begun = false;
  private answeredBefore = 0;

  constructor(private readonly parts: DepartureParts) {}

  get hasBegun(): boolean {
    return this.begun;
  }

  /** From here on the node counts as leaving. */
  begin(): void {
    this.begun = true;
    this.answeredBefore = this.parts.serving.answered;
  }

  /** Resolves when the calls of peers are answered, or after `budgetMs`. */
  finishCalls(budgetMs: number): Promise<void> {
    return this.parts.serving.whenIdle(this.parts.clock, budgetMs);
  }

  async complete(
    budgetMs: number,
    first: ((budgetMs: number) => Promise<unknown>) | undefined,
  ): Promise<DrainLedger> {
    const { node, members, serving, transport, clock } = this.parts;
    const failedBefore = serving.failed;
    const processes = node.processCount;
    const deadline = clock.now() + budgetMs;
    if (first) await first(budgetMs);
    const processesKilled = await node.stop(Math.max(0, deadline - clock.now()));
    // What was still under way may have been answered in that time.
    const failed = serving.failed - failedBefore;
    const callsLost = failed + serving.calls;
    // Before the goodbye: who hears that closes its connection, and would be dialed again while others are waited for.
    await this.handOver(Math.max(0, deadline - clock.now()));
    members.stopHeartbeats();
    for (const peer of members.connected()) {
      peer.control((writer) => writer.plain(FrameKind.Goodbye));
      peer.flush();
    }
    await transport.close();
    members.clear();
    return {
      callsCompleted: serving.answered - this.answeredBefore - failed,
      refused: this.parts.refused(),
      callsLost,
      processesStopped: processes - processesKilled,
      processesKilled,
    };
  }

  /** Resolves when what waits for the peers is with the transport, or after `budgetMs`: replies come before the goodbye. */
  private async handOver(budgetMs: number): Promise<void> {
    const { members, clock } = this.parts;
    const allHandedOver = Promise.allSettled([...members.connected()].map((peer) => peer.drained()));
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, budgetMs);
      void allHandedOver.then(() => {
        clock.clearTimeout(timer);
        resolve();
      });
    });
  }
}
