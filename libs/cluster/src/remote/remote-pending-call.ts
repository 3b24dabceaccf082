import type { ProcessRef } from '@noex/contracts';
import { PendingCall, type CallOptions, type NodeCounters, type TimerWheel } from '@noex/runtime';
import type { RequestTable } from './request-table.js';

/** Where the calls to one peer wait. */
export interface CallTable {
  readonly calls: RequestTable<RemotePendingCall>;
  readonly node: { readonly counters: NodeCounters };
}

/** A caller here that waits for a reply from a peer. */
export class RemotePendingCall extends PendingCall {
  /** When it began, as `microsOf` says it; 0 where it is not measured. */
  startedAt = 0;

  constructor(
    private readonly table: CallTable,
    readonly id: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    wheel: TimerWheel,
    to: ProcessRef,
    method: string,
    timeoutMs: number,
    options: CallOptions | undefined,
  ) {
    super(resolve, reject, wheel, to, method, timeoutMs, options?.signal);
  }

  protected override ended(outcome: string): void {
    this.table.calls.delete(this.id);
    this.table.node.counters.remoteCalls.count(outcome);
  }
}
