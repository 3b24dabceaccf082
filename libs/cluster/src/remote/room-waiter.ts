import { WheelEntry, type TimerWheel } from '@noex/runtime';

export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Wait {
  /** What to do with the room; what it throws rejects. */
  use(): void;
  resolve(): void;
  reject(error: unknown): void;
  /** The error when there is none in time. */
  timedOut(): Error;
}

/** Somebody who waits until there is room in the queue to a peer. Ends exactly once. */
export class RoomWaiter extends WheelEntry {
  constructor(
    private readonly waiters: Set<RoomWaiter>,
    private readonly wheel: TimerWheel,
    private readonly limits: WaitLimits,
    private readonly wait: Wait,
  ) {
    super();
    waiters.add(this);
    wheel.add(this, limits.timeoutMs);
    limits.signal?.addEventListener('abort', this.onAbort);
  }

  grant(): void {
    this.end();
    try {
      this.wait.use();
      this.wait.resolve();
    } catch (error) {
      this.wait.reject(error);
    }
  }

  fail(error: unknown): void {
    this.end();
    this.wait.reject(error);
  }

  override expire(): void {
    this.fail(this.wait.timedOut());
  }

  private readonly onAbort = (): void => this.fail(this.limits.signal!.reason);

  private end(): void {
    this.waiters.delete(this);
    this.wheel.remove(this);
    this.limits.signal?.removeEventListener('abort', this.onAbort);
  }
}
