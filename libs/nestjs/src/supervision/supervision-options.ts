import type { Type } from '@nestjs/common';
import type { RestartPolicy, Strategy } from '@noex/runtime';

/** A child of a tree: a behavior by its class or name, one with more said about it, or a supervisor of its own. */
export type SupervisedChild = Type | string | SupervisedBehavior | SupervisedTree;

interface SupervisedOptions {
  /** Names the child within its supervisor. Default: the behavior's name; for a supervisor `supervisor-<position>`. */
  readonly id?: string;
  /** Registers each of its processes under this name on the node. */
  readonly name?: string;
  /** Default: what `@NoexBehavior` says, else `permanent`. */
  readonly restart?: RestartPolicy;
  /** How long it may take to end before it is killed, in milliseconds. Default: that of the behavior; a supervisor has no limit. */
  readonly shutdownMs?: number | 'kill';
  /** How long its `init` may take, in milliseconds. Default 5000; a supervisor has no limit. */
  readonly startMs?: number;
}

/** A child that is a process of a behavior, by its class or name. */
export interface SupervisedBehavior extends SupervisedOptions {
  readonly behavior: Type | string;
  /** Passed to `init` at each start. */
  readonly args?: unknown;
}

/** What a supervisor does with its children; the words are OTP's. */
export interface SupervisedRoot {
  /** Default `one_for_one`. */
  readonly strategy?: Exclude<Strategy, 'dynamic'>;
  /** Restarts within `withinMs` that are too many to go on: one more, and the supervisor ends. Default 1. */
  readonly maxRestarts?: number;
  /** In milliseconds. Default 5000. */
  readonly withinMs?: number;
  /** In start order; they stop in reverse. */
  readonly children: readonly SupervisedChild[];
}

/** A supervisor among the children of another. */
export type SupervisedTree = SupervisedOptions & (SupervisedRoot | DynamicTree);

/** It starts without children; they are added later, through `SupervisionService`. */
interface DynamicTree extends Omit<SupervisedRoot, 'strategy' | 'children'> {
  readonly strategy: 'dynamic';
  /** What all its children have in common. */
  readonly template?: Omit<SupervisedBehavior, 'id' | 'name'>;
}
