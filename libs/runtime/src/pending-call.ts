import {
  CallTimeoutError,
  RemoteError,
  type ErrorData,
  type NoexError,
  type ProcessRef,
} from '@noex/contracts';
import type { ReplyTarget } from './message.js';
import { codeOf } from './node-counters.js';
import { requireTimeLimit } from './time-limit.js';
import { WheelEntry, type TimerWheel } from './timer-wheel.js';

/** How long a call waits for its reply when neither it nor its node says. */
export const DEFAULT_CALL_TIMEOUT_MS = 5000;

/** A call's caller, waiting. Ends exactly once: with the reply, an error, the deadline or the caller's signal. */
export class PendingCall extends WheelEntry implements ReplyTarget {
  private settled = false;
  private signal: AbortSignal | undefined;

  constructor(
    private readonly resolve: (value: unknown) => void,
    private readonly reject: (error: unknown) => void,
    private readonly wheel: TimerWheel,
    private readonly to: ProcessRef,
    protected readonly method: string,
    private readonly timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    super();
    requireTimeLimit(timeoutMs, 'call');
    signal?.throwIfAborted();
    wheel.add(this, timeoutMs);
    if (signal) {
      this.signal = signal;
      signal.addEventListener('abort', this.onAbort);
    }
  }

  get abandoned(): boolean {
    return this.settled;
  }

  ok(value: unknown): void {
    if (this.settle('ok')) this.resolve(value);
    else this.late();
  }

  fail(error: NoexError): void {
    if (this.settle(codeOf(error))) this.reject(error);
  }

  threw(error: ErrorData, thrown: unknown): void {
    if (this.settle('remote_error')) this.reject(new RemoteError(error, { cause: thrown }));
    else this.late();
  }

  override expire(): void {
    this.fail(
      new CallTimeoutError(
        `no reply to "${this.method}" from process ${this.to.toString()} within ${this.timeoutMs} ms`,
        { process: this.to.toString(), method: this.method, timeoutMs: this.timeoutMs },
      ),
    );
  }

  /** Hook: the call has ended, with `ok`, `aborted` or the code of the error; called once. */
  protected ended(_outcome: string): void {}

  /** Hook: a handler answered after the call had ended. */
  protected late(): void {}

  private settle(outcome: string): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.wheel.remove(this);
    if (this.signal) this.signal.removeEventListener('abort', this.onAbort);
    this.ended(outcome);
    return true;
  }

  // A method on the prototype would need a bound copy per call; most calls have no signal.
  private get onAbort(): () => void {
    return (this.abortListener ??= () => {
      if (this.settle('aborted')) this.reject(this.signal!.reason);
    });
  }
  private abortListener: (() => void) | undefined;
}
