import type { BehaviorDriver, ProcessCell, ProcessDown } from './behavior.js';
import { MessageKind, type Message } from './message.js';

/** A process as its messages find it. */
export interface Dispatchable extends ProcessCell {
  readonly driver: BehaviorDriver;
  /** Passes the news on, unless nobody wants it any more. */
  down(down: ProcessDown): unknown;
}

/** Gives a message to the handler it is for. */
export function dispatch(process: Dispatchable, message: Message): unknown {
  const { driver } = process;
  const { name, payload } = message;
  switch (message.kind) {
    case MessageKind.Call:
      return driver.call(process, name, payload);
    case MessageKind.Cast:
      return driver.cast(process, name, payload);
    case MessageKind.Info:
    case MessageKind.Exit:
      return driver.info(process, name, payload);
    case MessageKind.Down:
      return process.down(payload as ProcessDown);
    case MessageKind.Timeout:
      return driver.timeout?.(process, name, payload);
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}
