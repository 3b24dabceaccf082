import { defineBehavior, plainDriver, type BehaviorDriver } from '@noex/runtime';
import { RPC_CLIENT, type RpcValues } from './rpc-messages.js';

/** The process that a client sends as, and to which the values of its streams come. */
export function clientDriver(values: (values: RpcValues) => void): BehaviorDriver {
  return plainDriver(
    defineBehavior({
      name: RPC_CLIENT,
      init: () => undefined,
      handleCast: {
        values(message: RpcValues) {
          // Not at once: what a subscriber does is not done by this process.
          queueMicrotask(() => values(message));
          return undefined;
        },
      },
      // Bounded by the room that its requests grant. One that is refused would be missing in its stream for ever.
      mailbox: { limit: Number.MAX_SAFE_INTEGER },
    }),
  );
}
