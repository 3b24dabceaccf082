import { NO_HANDLER, type BehaviorDriver, type ProcessCell } from './behavior.js';
import type { ProcessContext } from './process-context.js';

/** What a message named `do` tells a puppet to do. */
export type Work = (context: ProcessContext) => unknown;

const obey = ({ context }: ProcessCell, name: string, work: unknown): unknown =>
  name === 'do' ? (work as Work)(context) : NO_HANDLER;

/** A behavior whose processes do what their calls and casts say, and what a spec adds to that. */
export function puppetDriver(own: Partial<BehaviorDriver> = {}): BehaviorDriver {
  return {
    name: 'puppet',
    crashOnCallError: false,
    shutdownMs: 1000,
    init: () => undefined,
    call: obey,
    cast: obey,
    info: () => NO_HANDLER,
    down: () => NO_HANDLER,
    terminate: undefined,
    ...own,
  };
}

/** A promise that ends when the test says so. */
export function gate<T = void>() {
  let open!: (value: T) => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<T>((resolve, reject) => ([open, fail] = [resolve, reject]));
  return { promise, open, fail };
}
