import type { ExecutionContext, PipeTransform } from '@nestjs/common';
import { CUSTOM_ROUTE_ARGS_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/internal';
import type { Type } from '@nestjs/common';
import { ParameterKind } from './param.decorators.js';

/** A parameter of a handler, as its decorator declared it. */
export interface Parameter {
  readonly index: number;
  readonly kind: 'payload' | 'context' | 'custom';
  /** What the decorator was given: a field of the payload, or a custom decorator's data. */
  readonly data: unknown;
  readonly pipes: readonly (PipeTransform | Type<PipeTransform>)[];
  /** The declared type, as TypeScript emitted it. */
  readonly metatype: unknown;
  /** A Standard Schema for pipes that go by one. */
  readonly schema?: unknown;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
}

interface Declared {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: Parameter['pipes'];
  readonly schema?: unknown;
  readonly factory?: Parameter['factory'];
}

/** The parameters of a handler method; without decorators `(payload, ctx)`. Throws TypeError for a decorator that has no meaning here. */
export function parametersOf(type: Type, method: string): { parameters: Parameter[]; decorated: boolean } {
  const prototype = type.prototype as object;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, method) as unknown[] | undefined) ?? [];
  const declared = Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, method) as Record<string, Declared> | undefined) ?? {},
  );
  if (declared.length === 0) {
    const plain = { data: undefined, pipes: [] };
    const parameters: Parameter[] = [
      { index: 0, kind: 'payload', metatype: types[0], ...plain },
      { index: 1, kind: 'context', metatype: types[1], ...plain },
    ];
    return { parameters, decorated: false };
  }
  const parameters = declared.map(([key, { index, data, pipes = [], schema, factory }]): Parameter => {
    const kind = kindOf(key);
    if (!kind) {
      throw new TypeError(
        `parameter ${index} of ${type.name}.${method} has a decorator of HTTP; a behavior's handler takes @Payload(), @Ctx() and those of createParamDecorator()`,
      );
    }
    return { index, kind, data, pipes, metatype: types[index], schema, ...(factory && { factory }) };
  });
  return { parameters, decorated: true };
}

function kindOf(key: string): Parameter['kind'] | undefined {
  if (key.includes(CUSTOM_ROUTE_ARGS_METADATA)) return 'custom';
  const number = Number(key.split(':')[0]);
  if (number === ParameterKind.Payload) return 'payload';
  return number === ParameterKind.Context ? 'context' : undefined;
}
