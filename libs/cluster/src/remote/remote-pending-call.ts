import type { ProcessRef } from '@noex/contracts';
import { PendingCall, type CallOptions, type TimerWheel } from '@noex/runtime';

/** A caller here that waits for a reply from a peer. */
export class RemotePendingCall extends PendingCall {
  constructor(
    private readonly table: Map<number, RemotePendingCall>,
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

  protected override ended(): void {
    this.table.delete(this.id);
  }
}
