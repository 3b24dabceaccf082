import type { Logger } from '@noex/contracts';

/** Listeners of one event. One that throws is logged and does not keep the others from hearing. */
export class Listeners<Arguments extends unknown[]> {
  private readonly listeners = new Set<(...args: Arguments) => void>();

  constructor(
    private readonly event: string,
    private readonly logger: Logger,
  ) {}

  /** Returns the function that takes the listener off again. */
  add(listener: (...args: Arguments) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(...args: Arguments): void {
    for (const listener of [...this.listeners]) {
      try {
        listener(...args);
      } catch (error) {
        this.logger.error(`a listener of ${this.event} threw`, {
          event: 'listener_failed',
          listener: this.event,
          error,
        });
      }
    }
  }
}
