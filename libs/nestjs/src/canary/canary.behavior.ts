import { plainDriver, type BehaviorDriver } from '@noex/runtime';

export const CANARY_BEHAVIOR = 'noex.canary';

export interface CanaryArgs {
  /** When it ends by itself, in milliseconds: whoever started it may not come back. */
  readonly lifetimeMs: number;
}

/** What a node starts on a peer to see whether the way there works: answers `ping` with what it was sent. */
export const canaryDriver: BehaviorDriver = plainDriver({
  name: CANARY_BEHAVIOR,
  init: ({ lifetimeMs }: CanaryArgs, context): null => {
    context.sendAfter(lifetimeMs, 'expire');
    return null;
  },
  handleCall: { ping: (payload: unknown, state: null) => [payload, state] },
  handleInfo: {
    expire: (_: unknown, state: null, context) => {
      context.stop();
      return state;
    },
  },
});
