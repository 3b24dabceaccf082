import { HANDLER_METADATA, type HandlerMetadata } from './behavior-metadata.js';

/** A method that answers calls of its name: its result is the reply, a throw is the caller's error. */
export const HandleCall = (): MethodDecorator => handler('call');

/** A method that takes casts of its name; nobody waits for it. */
export const HandleCast = (): MethodDecorator => handler('cast');

/** A method that takes info messages (`ctx.send`, `ctx.sendAfter`) of this name. Default: the method's own name. */
export const HandleInfo = (name?: string): MethodDecorator => handler('info', name);

/** The method that hears of monitored processes that are gone. One per behavior. */
export const HandleDown = (): MethodDecorator => handler('down');

function handler(kind: HandlerMetadata['kind'], name?: string): MethodDecorator {
  return (_target, key, descriptor) => {
    const metadata: HandlerMetadata = { kind, name: name ?? String(key) };
    Reflect.defineMetadata(HANDLER_METADATA, metadata, descriptor.value as object);
  };
}
