import { toErrorData, type Clock, type ProcessRef } from '@noex/contracts';
import type { CallTiming } from './latency.js';
import type { NodeCounters } from './node-counters.js';
import { PendingCall } from './pending-call.js';
import type { CallOptions } from './process-context.js';
import type { TimerWheel } from './timer-wheel.js';

/** What a call needs of the node that it stays on. */
export interface LocalCallHost {
  readonly wheel: TimerWheel;
  readonly clock: Clock;
  readonly counters: NodeCounters;
  readonly callTimeoutMs: number;
  /** What the other side gets of a payload. */
  copy(payload: unknown): unknown;
  /** Counts and logs what is lost. */
  lose(reason: string, name: string): void;
}

/** A caller that waits for a process of its own node. */
export class LocalCall extends PendingCall {
  timing: CallTiming | undefined = undefined;

  constructor(
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    private readonly node: LocalCallHost,
    to: ProcessRef,
    method: string,
    options: CallOptions | undefined,
  ) {
    super(resolve, reject, node.wheel, to, method, options?.timeoutMs ?? node.callTimeoutMs, options?.signal);
  }

  override ok(value: unknown): void {
    let copy: unknown;
    try {
      copy = this.node.copy(value);
    } catch (error) {
      // The handler ran: what fails is only to send its answer.
      return this.threw(toErrorData(error), error);
    }
    super.ok(copy);
  }

  protected override ended(outcome: string): void {
    this.node.counters.localCalls.count(outcome);
    if (this.timing === undefined || (outcome !== 'ok' && outcome !== 'remote_error')) return;
    const { latency, startedAt } = this.timing;
    latency.observe(startedAt, this.node.clock.now());
  }

  protected override late(): void {
    this.node.lose('late_reply', this.method);
  }
}
