import type { DrainResult, ProcessContext } from '@noex/runtime';

/** For providers and controllers: hears that the node begins to leave. */
export interface BeforeDrain {
  /**
   * Runs once, when peers and probes know that the node leaves and it still takes new work: the place to stop what brings work in, such
   * as the consumer of a queue. New work is refused once all of them have ended, at the latest at half of the time there is to finish.
   * A throw is logged and changes nothing.
   */
  beforeDrain(): unknown;
}

/** For behaviors: what a process does with its state when its node leaves. */
export interface OnDrain {
  /**
   * Runs in the process, after its last message and before `terminate`, when it is stopped because its node leaves. Saves the state, or
   * gives it to a process of another node (a spawn placed by a strategy never picks a node that leaves) and returns
   * `{ handedOver: true }`. May take the `shutdownMs` of the behavior; then the process is killed. A throw is logged, and the
   * process goes on to `terminate`.
   */
  onDrain(context: ProcessContext): DrainResult | void | Promise<DrainResult | void>;
}
