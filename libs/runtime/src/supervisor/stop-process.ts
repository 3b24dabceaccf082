import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { LocalNode } from '../local-node.js';
import { ProcessTimer } from '../process-extras.js';

/**
 * Asks a process of this node to end with `shutdown` and kills it when it has not after `shutdownMs`; `kill` does not ask.
 * Resolves with the reason it ended with, `noproc` where there is none.
 */
export function stopProcess(
  node: LocalNode,
  ref: ProcessRef,
  shutdownMs: number | 'kill',
): Promise<ExitReason> {
  return new Promise((resolve) => {
    const limit =
      shutdownMs === 'kill'
        ? undefined
        : new ProcessTimer(node.wheel, shutdownMs, () => node.exit(ref, 'kill'));
    node.monitor(ref, (reason) => {
      limit?.cancel();
      resolve(reason);
    });
    node.exit(ref, shutdownMs === 'kill' ? 'kill' : 'shutdown');
  });
}
