import type { PipeTransform, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/internal';

/** Numbers of Nest's message parameters: its own `@Payload()` and `@Ctx()` for microservices mean the same here. */
export const ParameterKind = { Payload: 3, Context: 6 } as const;

type Pipe = PipeTransform | Type<PipeTransform>;

/**
 * The payload of the message, or one field of it, after the pipes. A handler without parameter decorators gets
 * `(payload, ctx)`.
 */
export function Payload(...pipes: Pipe[]): ParameterDecorator;
export function Payload(field: string, ...pipes: Pipe[]): ParameterDecorator;
export function Payload(first?: string | Pipe, ...rest: Pipe[]): ParameterDecorator {
  return typeof first === 'string'
    ? parameter(ParameterKind.Payload, first, rest)
    : parameter(ParameterKind.Payload, undefined, first === undefined ? rest : [first, ...rest]);
}

/** The context of the process: `ProcessContext`, or `StateMachineContext` in a state machine. */
export const Ctx = (): ParameterDecorator => parameter(ParameterKind.Context, undefined, []);

function parameter(kind: number, data: string | undefined, pipes: readonly Pipe[]): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new TypeError('@Payload() and @Ctx() belong to parameters of handlers');
    const known = Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key) as object | undefined;
    const parameters = { ...known, [`${kind}:${index}`]: { index, data, pipes } };
    Reflect.defineMetadata(ROUTE_ARGS_METADATA, parameters, target.constructor, key);
  };
}
