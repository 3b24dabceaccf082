import { markHandler, type HandlerMetadata } from './behavior-metadata.js';
import { isStandardSchema, type StandardSchema } from './standard-schema.js';

export interface HandlerOptions {
  /** What the message is called by. Default: the method's own name. */
  readonly name?: string;
  /** Checks the payload in place of its declared class: zod, or any other Standard Schema. The handler gets what it makes of it. */
  readonly schema?: StandardSchema;
}

/**
 * A method that answers calls: its result is the reply, a throw is the caller's error. A `ProcessRef<Door>` knows messages by their
 * methods' names; where they have others, type it by what the process understands:
 * `ProcessRef<{ push(force: number): string }>`.
 */
export const HandleCall = (options?: string | HandlerOptions): MethodDecorator => handler('call', options);

/** A method that takes casts; nobody waits for it. */
export const HandleCast = (options?: string | HandlerOptions): MethodDecorator => handler('cast', options);

/** A method that takes info messages (`ctx.send`, `ctx.sendAfter`). */
export const HandleInfo = (options?: string | HandlerOptions): MethodDecorator => handler('info', options);

/** The method that hears of monitored processes that are gone. One per behavior. */
export const HandleDown = (): MethodDecorator => handler('down');

function handler(kind: HandlerMetadata['kind'], options: string | HandlerOptions = {}): MethodDecorator {
  const { name, schema } = typeof options === 'string' ? { name: options, schema: undefined } : options;
  return (target, key, descriptor) => {
    if (schema !== undefined && !isStandardSchema(schema)) {
      throw new TypeError(
        `the schema of ${target.constructor.name}.${String(key)} is no Standard Schema; give it one of zod, valibot, arktype, …`,
      );
    }
    markHandler(target, descriptor.value as object, {
      kind,
      name: name ?? String(key),
      ...(schema && { schema }),
    });
  };
}
