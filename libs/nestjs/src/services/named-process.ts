import type { Type } from '@nestjs/common';
import type { BehaviorContract } from '@noex/contracts';
import { behaviorName } from '../behavior/behavior-name.js';

/** A process by the name it is registered under, with its behavior for the types. */
export interface NamedProcess<B extends object = object> {
  /** Its class, or a contract of it. */
  readonly behavior: Type<B> | BehaviorContract<B>;
  /** Default: that of the behavior. */
  readonly name?: string;
  /**
   * `global` (the default): the name is one of the cluster (`GlobalRegistryService`, the option `globalName` of a spawn). `local`: of this
   * node alone (the option `name` of a spawn or of `autoStart`).
   */
  readonly scope?: 'global' | 'local';
}

export interface ProcessName {
  readonly name: string;
  readonly scope: 'global' | 'local';
}

/** Throws InvalidMessageError for a class that is no behavior. */
export function processName({ behavior, name, scope = 'global' }: NamedProcess): ProcessName {
  return { name: name ?? behaviorName(behavior), scope };
}
