import type { ProcessRef } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { plainDriver, type BehaviorDriver } from '@noex/runtime';

export const DRAIN_BEHAVIOR = 'noex.drain';
/** The message that a node sends of itself before its goodbye, with its ledger. */
export const LEFT = 'left';

export interface DrainArgs {
  /** The node that asks. */
  readonly askedBy: string;
  /** Gets `left`. */
  readonly reportTo?: ProcessRef;
}

/**
 * What a peer starts on this node to make it leave; known only where the management API is on, so that elsewhere the peer is refused. The
 * process ends at once: it is no work of the node.
 */
export function drainDriver(cluster: Cluster, leave: (askedBy: string) => void): BehaviorDriver {
  return plainDriver({
    name: DRAIN_BEHAVIOR,
    init: ({ askedBy, reportTo }: DrainArgs, context): string => {
      if (reportTo) cluster.farewell.add((ledger) => cluster.send(reportTo, LEFT, ledger));
      // Not yet: whoever started it is to hear first that it did start.
      context.sendAfter(0, 'leave');
      return askedBy;
    },
    handleInfo: {
      leave: (_: unknown, askedBy: string, context) => {
        context.stop();
        leave(askedBy);
        return askedBy;
      },
    },
  });
}
