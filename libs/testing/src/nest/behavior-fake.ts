import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import {
  behaviorDefinition,
  behaviorMetadata,
  HandleCall,
  HandleCast,
  HandleDown,
  HandleInfo,
  NoexBehavior,
  type BehaviorDefinition,
  type HandlerDefinition,
  type ProcessContext,
} from '@noex/nestjs';

/** Some of a behavior's handlers, or `init` or `terminate`, as functions; each may also answer later, with a promise. */
export type BehaviorFake<B> = {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- matches any method
  readonly [K in keyof B]?: B[K] extends (...args: any) => infer R
    ? (payload: Parameters<B[K]>[0], context: ProcessContext) => R | Awaited<R> | Promise<Awaited<R>>
    : never;
};

type Method = (...args: unknown[]) => unknown;

const LIFE_CYCLE = ['init', 'terminate', 'onDrain'];

/**
 * A behavior that stands in for another: it has the other's name, options and checks of payloads, and the fake's methods for
 * handlers: those named like a handler's method or message need no decorator. A message the fake has no method for is refused as
 * one that the behavior does not know. Throws TypeError when the original is no behavior.
 */
export function fakeOf(original: Type, fake: Type): Type {
  const { name, options } = definitionOf(original);
  class Fake extends (fake as Type<object>) {}
  Object.defineProperty(Fake, 'name', { value: fake.name });
  NoexBehavior(name, options)(Fake);
  const prototype = Fake.prototype as Record<string, Method>;
  const declared = definitionOf(Fake).handlers;
  for (const handler of definitionOf(original).handlers) {
    if (declared.some((own) => own.kind === handler.kind && own.name === handler.name)) continue;
    const method = [handler.method, handler.name].find((key) => typeof prototype[key] === 'function');
    const isTaken = declared.some((own) => own.method === method);
    if (method !== undefined && !isTaken) adopt(prototype, method, original, handler);
  }
  return Fake;
}

/** As {@link fakeOf}, of plain functions, which all processes share. Throws TypeError for what is no handler of the original. */
export function fakeOfValue(original: Type, value: object): Type {
  const { name, handlers } = definitionOf(original);
  const known = new Set([...handlers.flatMap((handler) => [handler.method, handler.name]), ...LIFE_CYCLE]);
  const prototype: Record<string, Method> = {};
  for (const [key, method] of Object.entries(value)) {
    if (!known.has(key) || typeof method !== 'function') {
      const problem = known.has(key) ? 'is no function' : 'is no handler';
      throw new TypeError(
        `the fake of behavior "${name}": ${key} ${problem}; ${original.name} has ${[...known].join(', ')}`,
      );
    }
    prototype[key] = function (...args) {
      return (method as Method).apply(this, args);
    };
  }
  class Value {}
  Object.defineProperty(Value, 'name', { value: `Fake${original.name}` });
  Object.assign(Value.prototype, prototype);
  return fakeOf(original, Value);
}

function definitionOf(type: Type): BehaviorDefinition {
  if (!behaviorMetadata(type)) {
    throw new TypeError(
      `class ${type.name} is not a behavior, so nothing can stand in for it: decorate it with @NoexBehavior('name')`,
    );
  }
  return behaviorDefinition(type, new MetadataScanner().getAllMethodNames(type.prototype as object));
}

/** Makes a method of the fake the handler that it stands for. A function of its own, so that the fake's class stays as it is. */
function adopt(prototype: Record<string, Method>, key: string, original: Type, handler: HandlerDefinition) {
  const method = prototype[key]!;
  prototype[key] = function (...args) {
    return method.apply(this, args);
  };
  const types: unknown = Reflect.getMetadata(
    'design:paramtypes',
    original.prototype as object,
    handler.method,
  );
  const hasOwnTypes = Reflect.getMetadata('design:paramtypes', prototype, key) !== undefined;
  if (types !== undefined && !hasOwnTypes) Reflect.defineMetadata('design:paramtypes', types, prototype, key);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
  decoratorOf(handler)?.(prototype, key, descriptor);
}

function decoratorOf({ kind, name, schema }: HandlerDefinition): MethodDecorator | undefined {
  const options = { name, ...(schema && { schema }) };
  if (kind === 'call') return HandleCall(options);
  if (kind === 'cast') return HandleCast(options);
  if (kind === 'info') return HandleInfo(options);
  return kind === 'down' ? HandleDown() : undefined;
}
