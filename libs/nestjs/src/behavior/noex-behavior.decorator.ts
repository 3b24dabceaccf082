import { Injectable, Scope, type Type } from '@nestjs/common';
import { BehaviorContract } from '@noex/contracts';
import { CHILD_RULES, fieldProblems } from '@noex/runtime';
import { BEHAVIOR_METADATA, type NoexBehaviorOptions } from './behavior-metadata.js';

/**
 * Makes a provider class a behavior: each spawned process is an instance of its own, with its dependencies injected.
 * Its name is what nodes know it by; it must be unique in an app. With a contract in place of the name, the class must have the
 * contract's handlers.
 */
export function NoexBehavior<Api extends object>(
  contract: BehaviorContract<Api>,
  options?: NoexBehaviorOptions,
): <Class extends Type<Api>>(target: Class) => void;
export function NoexBehavior(name: string, options?: NoexBehaviorOptions): ClassDecorator;
export function NoexBehavior(
  nameOrContract: string | BehaviorContract,
  options: NoexBehaviorOptions = {},
): ClassDecorator {
  const name = nameOrContract instanceof BehaviorContract ? nameOrContract.name : nameOrContract;
  return (target) => {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new TypeError(`@NoexBehavior() on class ${target.name} needs a name, e.g. @NoexBehavior('cart')`);
    }
    const { autoStart } = options;
    const problems = fieldProblems({ restart: options.restart }, CHILD_RULES, '');
    if (typeof autoStart === 'object')
      problems.push(...fieldProblems({ name: autoStart.name }, CHILD_RULES, 'autoStart.'));
    for (const { field, value, expected } of problems) {
      throw new TypeError(
        `@NoexBehavior('${name}') on class ${target.name}: ${field} is ${String(value)}; expected ${expected}`,
      );
    }
    // Transient, so that Nest makes no instance of its own at start.
    Injectable({ scope: Scope.TRANSIENT })(target);
    Reflect.defineMetadata(BEHAVIOR_METADATA, { name, options }, target);
  };
}
