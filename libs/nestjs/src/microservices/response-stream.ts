import { OverloadedError } from '@noex/contracts';

/** The last thing that a stream tells. */
export interface StreamEnd {
  readonly err?: unknown;
  readonly response?: unknown;
  readonly isDisposed: true;
}

/** Where a stream goes. */
export interface StreamSink {
  /** Sends values; resolves when they are on their way, which is when the next may follow. Rejects when they cannot be sent. */
  send(values: readonly unknown[]): Promise<void>;
  /** All of the `sent` values are on their way and this is the end. Called at most once, as is `fail`, and only one of them. */
  end(end: StreamEnd, sent: number): void;
  /** The stream cannot go on. */
  fail(error: unknown): void;
}

/**
 * The sender's side of one response: never more values are under way than its receiver granted room for. What comes from a source
 * that cannot be held back (an Observable) waits here, up to a limit; one that can (an async iterable) awaits `room` first.
 */
export class ResponseStream {
  private queue: unknown[] = [];
  private sent = 0;
  private sending = false;
  private scheduled = false;
  /** The source has ended. */
  private finished: { readonly err?: unknown } | undefined;
  /** The receiver has been told the end, or wants nothing more. */
  private closed = false;
  /** The newest value came in this turn of the microtask queue. */
  private fresh = false;
  private waiting: (() => void) | undefined;

  constructor(
    private readonly sink: StreamSink,
    private credits: number,
    /** Values that may wait for room. */
    private readonly limit: number,
  ) {}

  get isClosed(): boolean {
    return this.closed;
  }

  next(value: unknown): void {
    if (this.closed || this.finished) return;
    if (this.queue.length >= this.limit) return this.overflow();
    this.queue.push(value);
    this.fresh = true;
    this.schedule();
  }

  complete(): void {
    if (this.finished) return;
    // Nest's servers join a value and the end that come together, and an `undefined` does not survive that.
    if (this.fresh && this.queue.at(-1) === undefined) this.queue.pop();
    this.finished = {};
    this.schedule();
  }

  error(err: unknown): void {
    if (this.finished) return;
    this.finished = { err };
    this.schedule();
  }

  /** The receiver has room for so many more. */
  grant(credits: number): void {
    this.credits += credits;
    this.schedule();
  }

  /** Resolves when a value could be sent at once, or the stream is closed. */
  async room(): Promise<void> {
    while (!this.closed && (this.queue.length > 0 || this.sending || this.credits === 0)) {
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
  }

  /** Nothing more is sent, nor told. */
  cancel(): void {
    this.close();
  }

  private overflow(): void {
    this.failWith(
      new OverloadedError(
        `the client reads slower than the handler gives values, and ${this.limit} of them wait; a handler that returns an async ` +
          'iterable gives no more than the client takes',
        { limit: this.limit },
      ),
    );
  }

  private schedule(): void {
    if (this.scheduled || this.sending || this.closed) return;
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    while (!this.closed && !this.sending) {
      this.fresh = false;
      if (this.tellEnd()) return;
      const values = this.takeSendable();
      if (values.length === 0) return this.wake();
      this.sending = true;
      try {
        await this.sink.send(values);
      } catch (error) {
        return this.failWith(error);
      } finally {
        this.sending = false;
      }
    }
  }

  /** As many as there is room for; of one that has ended the last value goes with the end. */
  private takeSendable(): unknown[] {
    const ready = this.joinsEnd ? this.queue.length - 1 : this.queue.length;
    const values = this.queue.splice(0, Math.min(ready, this.credits));
    this.credits -= values.length;
    this.sent += values.length;
    return values;
  }

  /** `undefined` would be lost with the end. */
  private get joinsEnd(): boolean {
    const { finished, queue } = this;
    return finished !== undefined && !('err' in finished) && queue.length > 0 && queue.at(-1) !== undefined;
  }

  private tellEnd(): boolean {
    const { finished, queue, sent } = this;
    if (!finished || this.closed) return false;
    const joins = this.joinsEnd && queue.length === 1 && this.credits > 0;
    if (queue.length > 0 && !joins) return false;
    this.close();
    this.sink.end(joins ? { response: queue[0], isDisposed: true } : { ...finished, isDisposed: true }, sent);
    return true;
  }

  private failWith(error: unknown): void {
    if (this.closed) return;
    this.close();
    this.sink.fail(error);
  }

  private close(): void {
    this.closed = true;
    this.queue = [];
    this.wake();
  }

  private wake(): void {
    this.waiting?.();
    this.waiting = undefined;
  }
}
