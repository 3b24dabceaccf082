import { Injectable, Scope } from '@nestjs/common';
import { BEHAVIOR_METADATA } from './behavior-metadata.js';

export interface NoexBehaviorOptions {
  /** A call handler that throws also ends the process (strict OTP). Default false: only its caller gets the error. */
  readonly crashOnCallError?: boolean;
  /** Time `terminate` may take, in milliseconds. Default 5000. */
  readonly shutdownMs?: number;
  /** Whether other nodes may start it here. Default true. */
  readonly remote?: boolean;
}

/**
 * Makes a provider class a behavior: each spawned process is an instance of its own, with its dependencies injected.
 * `name` is what nodes know it by; it must be unique in an app.
 */
export function NoexBehavior(name: string, options: NoexBehaviorOptions = {}): ClassDecorator {
  return (target) => {
    if (typeof name !== 'string' || name.trim() === '') {
      throw new TypeError(`@NoexBehavior() on class ${target.name} needs a name, e.g. @NoexBehavior('cart')`);
    }
    // Transient, so that Nest makes no instance of its own at start.
    Injectable({ scope: Scope.TRANSIENT })(target);
    Reflect.defineMetadata(BEHAVIOR_METADATA, { name, options }, target);
  };
}
