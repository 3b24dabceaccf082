import type { Location } from '../finding.js';

/** An environment variable that a node gets. */
export interface Variable extends Location {
  readonly name: string;
  /** As it is written. */
  readonly raw: string;
  /** What the node reads; `undefined` where only the running system knows. */
  readonly value: string | undefined;
  /** `secret`: taken from a Secret; `elsewhere`: from something else outside the file. */
  readonly origin: 'literal' | 'secret' | 'elsewhere';
}

/** Where a set of variables stands. */
export type EnvironmentKind = 'kubernetes' | 'compose' | 'image' | 'file' | 'shell' | 'process';

export interface NodeEnvironment {
  readonly kind: EnvironmentKind;
  readonly variables: readonly Variable[];
  /** Of a file: whether it is in git. */
  readonly isTracked?: boolean;
}

/** The last one counts, as in a shell. */
export function findVariable(variables: readonly Variable[], name: string): Variable | undefined {
  return variables.findLast((variable) => variable.name === name);
}
