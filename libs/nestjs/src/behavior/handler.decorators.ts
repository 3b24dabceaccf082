import { markHandler, type HandlerMetadata } from './behavior-metadata.js';

/**
 * A method that answers calls: its result is the reply, a throw is the caller's error. `name`: what callers call it by. Default:
 * the method's own name. A `ProcessRef<Door>` knows messages by their methods' names; where they have others, type it by what
 * the process understands: `ProcessRef<{ push(force: number): string }>`.
 */
export const HandleCall = (name?: string): MethodDecorator => handler('call', name);

/** A method that takes casts; nobody waits for it. `name` as for `HandleCall`. */
export const HandleCast = (name?: string): MethodDecorator => handler('cast', name);

/** A method that takes info messages (`ctx.send`, `ctx.sendAfter`) of this name. Default: the method's own name. */
export const HandleInfo = (name?: string): MethodDecorator => handler('info', name);

/** The method that hears of monitored processes that are gone. One per behavior. */
export const HandleDown = (): MethodDecorator => handler('down');

function handler(kind: HandlerMetadata['kind'], name?: string): MethodDecorator {
  return (target, key, descriptor) => {
    markHandler(target, descriptor.value as object, { kind, name: name ?? String(key) });
  };
}
