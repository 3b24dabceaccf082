import { currentActivity } from './activity.js';
import type { LocalNode } from './local-node.js';

const OURS = Symbol('noex unhandledRejection listener');

type Listener = ((error: unknown) => void) & { [OURS]?: true };

/**
 * An unhandled rejection ends a Node process. One that a handler of this node started ends nothing: it is logged with its
 * process and behavior. Any other is left to what would have happened without us. Returns the function that ends the watch.
 *
 * A promise is known to belong to a process where its behavior has `async` code (see `runActivity`).
 */
export function watchUnhandledRejections(node: LocalNode): () => void {
  const listener: Listener = (error) => {
    const process = currentActivity()?.process;
    if (!process) return leaveToNode(error, listener);
    const { ref, behaviorName: behavior } = process;
    if (ref.node !== node.id || ref.incarnation !== node.incarnation) return;
    node.logger.error(`a promise that process ${ref.toString()} ("${behavior}") left alone was rejected`, {
      event: 'unhandled_rejection',
      process: ref.toString(),
      behavior,
      error,
    });
  };
  listener[OURS] = true;
  process.on('unhandledRejection', listener);
  return () => void process.off('unhandledRejection', listener);
}

/** With a listener, Node does nothing by itself; unless somebody else listens too, its default is to throw. */
function leaveToNode(error: unknown, self: Listener): void {
  const listeners = process.listeners('unhandledRejection') as Listener[];
  const first = listeners.find((listener) => listener[OURS]);
  if (first === self && listeners.every((listener) => listener[OURS])) throw error;
}
