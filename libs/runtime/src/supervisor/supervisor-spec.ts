import type { BehaviorDriver } from '../behavior.js';

/**
 * What the end of one child means for the others (OTP "Supervision Principles"):
 *
 * - `one_for_one`: nothing
 * - `one_for_all`: all are stopped, then all are started
 * - `rest_for_one`: those started after it are stopped, then it and they are started
 * - `dynamic`: nothing; the children are many, alike, in no order and come later (OTP's simple_one_for_one)
 */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one' | 'dynamic';

/** `permanent`: always restarted; `transient`: when it ended abnormally (not normal, shutdown, {shutdown}); `temporary`: never. */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

/** What a child is; supervisors have no limit of time to start and to end, unless they are given one. */
export type ChildType = 'worker' | 'supervisor';

/** What a supervisor needs to know to start a child, again and again. */
export interface ChildSpec {
  /** Names the child within its supervisor, across its restarts. */
  readonly id: string;
  /** A behavior by its name or driver, or the spec of a nested supervisor. */
  readonly behavior: string | BehaviorDriver | SupervisorSpec;
  /** Passed to `init` at each start; without strict messages by reference. */
  readonly args?: unknown;
  /** Registers each of its processes under this name on the node. */
  readonly name?: string;
  /** Default `permanent`. */
  readonly restart?: RestartPolicy;
  /**
   * How long it may take to end once it is asked to, in milliseconds, before it is killed; `kill` does not ask. Default: what
   * its behavior says (5000 where it says nothing), for a supervisor without limit. Where the behavior says less, it ends itself sooner.
   */
  readonly shutdownMs?: number | 'kill';
  /** How long its `init` may take, in milliseconds. Default 5000, for a supervisor without limit. */
  readonly startMs?: number;
  /** For those who look on, and the two defaults above. Default: what its behavior is. */
  readonly type?: ChildType;
}

/** A child of a dynamic supervisor: what is left out comes from the template; without an id it is given one. */
export type DynamicChildSpec = Partial<ChildSpec>;

/** A supervisor and what it starts. */
export interface SupervisorSpec {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy;
  /** Restarts within `withinMs` that are too many to go on: one more, and the supervisor ends. Default 1. */
  readonly maxRestarts?: number;
  /** In milliseconds. Default 5000. */
  readonly withinMs?: number;
  /** In start order. Not for a dynamic supervisor. */
  readonly children?: readonly ChildSpec[];
  /** For a dynamic supervisor: what all its children have in common. */
  readonly template?: Omit<ChildSpec, 'id' | 'name'>;
}

/** OTP's defaults. */
export const DEFAULT_STRATEGY: Strategy = 'one_for_one';
export const DEFAULT_MAX_RESTARTS = 1;
export const DEFAULT_WITHIN_MS = 5000;

export function isSupervisorSpec(behavior: ChildSpec['behavior'] | undefined): behavior is SupervisorSpec {
  return typeof behavior === 'object' && !('init' in behavior);
}
