import type { ProcessRef } from '@noex/contracts';
import type { ChildStatus } from './children.js';
import type { ChildSpec, ChildType, DynamicChildSpec } from './supervisor-spec.js';

/** A child by its id, or by the process it is now. */
export type WhichChild = string | ProcessRef;

/** What `countChildren` answers. */
export interface ChildCount {
  /** All children, whether they run or not. */
  readonly specs: number;
  /** Those that run. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

/** What `whichChildren` answers of one child. */
export interface ChildInfo {
  readonly id: string;
  readonly status: ChildStatus;
  /** Undefined while it does not run. */
  readonly ref: ProcessRef | undefined;
  readonly type: ChildType;
  readonly behavior: string;
}

/** The calls that a supervisor's process answers: `node.call(supervisor, 'whichChildren')`. */
export interface SupervisorCalls {
  startChild(spec: ChildSpec | DynamicChildSpec): ProcessRef;
  terminateChild(child: WhichChild): void;
  restartChild(child: WhichChild): ProcessRef;
  deleteChild(child: WhichChild): void;
  countChildren(): ChildCount;
  /** In start order. */
  whichChildren(): ChildInfo[];
}
