import type { Observer } from 'rxjs';

/** What a stream told, for a reader that takes one value at a time. */
export class StreamInbox<T> implements Observer<T> {
  private readonly values: T[] = [];
  private end: { readonly error?: unknown } | undefined;
  private wake: (() => void) | undefined;

  next(value: T): void {
    this.values.push(value);
    this.wake?.();
  }

  error(error: unknown): void {
    this.end = { error };
    this.wake?.();
  }

  complete(): void {
    this.end = {};
    this.wake?.();
  }

  /** The next value, in a list of one, or an empty list at the end. Rejects with the error it ended with, after the values before it. */
  async take(): Promise<[T] | []> {
    while (this.values.length === 0 && !this.end) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    if (this.values.length > 0) return [this.values.shift() as T];
    if (this.end && 'error' in this.end) throw this.end.error;
    return [];
  }
}
