import type { Type } from '@nestjs/common';

export const BEHAVIOR_METADATA = 'noex:behavior';
export const HANDLER_METADATA = 'noex:handler';

export interface NoexBehaviorOptions {
  /** A call handler that throws also ends the process (strict OTP). Default false: only its caller gets the error. */
  readonly crashOnCallError?: boolean;
  /** Time `terminate` may take, in milliseconds. Default 5000. */
  readonly shutdownMs?: number;
  /** Whether other nodes may start it here. Default true. */
  readonly remote?: boolean;
}

export interface HandlerMetadata {
  readonly kind: 'call' | 'cast' | 'info' | 'down';
  readonly name: string;
}

/** A handler method of a behavior class. */
export interface HandlerDefinition extends HandlerMetadata {
  readonly method: string;
  /** Declared type of its first parameter, as TypeScript emitted it. */
  readonly payloadType: unknown;
}

export interface BehaviorDefinition {
  readonly name: string;
  readonly type: Type;
  readonly options: NoexBehaviorOptions;
  readonly handlers: readonly HandlerDefinition[];
}

/** The name and options that `@NoexBehavior` put on a class; undefined for other classes. */
export function behaviorMetadata(type: unknown): { name: string; options: NoexBehaviorOptions } | undefined {
  return typeof type === 'function' ? Reflect.getOwnMetadata(BEHAVIOR_METADATA, type) : undefined;
}

/** Reads a behavior class: its name, options and handlers, inherited ones included. Throws TypeError on a contradiction. */
export function behaviorDefinition(type: Type, methodNames: readonly string[]): BehaviorDefinition {
  const { name, options } = behaviorMetadata(type)!;
  const prototype = type.prototype as Record<string, unknown>;
  const handlers: HandlerDefinition[] = [];
  for (const method of methodNames) {
    const metadata = Reflect.getMetadata(HANDLER_METADATA, prototype[method] as object) as
      HandlerMetadata | undefined;
    if (!metadata) continue;
    const twin = handlers.find(
      (other) => other.kind === metadata.kind && (other.name === metadata.name || other.kind === 'down'),
    );
    if (twin) {
      throw new TypeError(
        `behavior "${name}" (${type.name}) has two ${metadata.kind} handlers for "${metadata.name}": ${twin.method} and ${method}`,
      );
    }
    const types = Reflect.getMetadata('design:paramtypes', prototype, method) as unknown[] | undefined;
    handlers.push({ ...metadata, method, payloadType: types?.[0] });
  }
  return { name, type, options, handlers };
}
