import { ForbiddenException, type PipeTransform, type Type } from '@nestjs/common';
import {
  ExecutionContextHost,
  FORBIDDEN_MESSAGE,
  GuardsConsumer,
  InterceptorsConsumer,
  PipesConsumer,
} from '@nestjs/core/internal';
import { MessageRejected, type ProcessContext } from '@noex/runtime';
import { isObservable, lastValueFrom } from 'rxjs';
import type { HandlerDefinition } from '../behavior/behavior-metadata.js';
import { payloadValidator } from '../behavior/payload-validation.js';
import type { BoundEnhancers } from './bound-enhancers.js';
import { NOEX_CONTEXT_TYPE, type HandledKind, type NoexArguments } from './noex-context.js';
import { ParameterKind } from './param.decorators.js';
import { parametersOf, type Parameter } from './parameters.js';

/** A handler method as a function: `instance` is the process' own. */
export type Handler = (instance: object, payload: unknown, context: ProcessContext) => unknown;

type Method = (...parameters: unknown[]) => unknown;

/** Kinds of messages that somebody sends; what the runtime tells a process on its own passes no guard. */
const SENT: ReadonlySet<string> = new Set<HandledKind>(['call', 'cast', 'info']);

const guardsConsumer = new GuardsConsumer();
const interceptorsConsumer = new InterceptorsConsumer();
const pipesConsumer = new PipesConsumer();

/**
 * Makes the function that runs a handler with all that goes before and after it. Where nothing is bound it calls the
 * method, and nothing else; so what is not used costs nothing.
 */
export function enhancedHandler(
  type: Type,
  definition: HandlerDefinition,
  find: (method: string) => BoundEnhancers,
): Handler {
  const { parameters, decorated } = parametersOf(type, definition.method);
  const method = (type.prototype as Record<string, Method>)[definition.method]!;
  const extract = parameters.map((parameter) => extractor(type, method, parameter));
  const bound = SENT.has(definition.kind) ? find(definition.method) : undefined;
  const pipes = parameters.map((parameter) => pipesFor(parameter, bound));
  const isBound = bound && (bound.guards.length > 0 || bound.interceptors.length > 0 || bound.hasFilters);
  if (!isBound && pipes.every(({ length }) => length === 0)) {
    return decorated
      ? decoratedHandler(definition, parameters, extract)
      : plainHandler(definition, parameters[0]!);
  }
  return new EnhancedHandler(type, method, definition, parameters, extract, pipes, bound!).run;
}

/** `(payload, ctx)`. */
function plainHandler({ method }: HandlerDefinition, { metatype }: Parameter): Handler {
  const validate = payloadValidator(metatype);
  type Instance = Record<string, Method>;
  if (!validate) return (instance, payload, context) => (instance as Instance)[method]!(payload, context);
  return (instance, payload, context) => (instance as Instance)[method]!(validate(payload), context);
}

function decoratedHandler(
  { kind, name, method }: HandlerDefinition,
  parameters: readonly Parameter[],
  extract: readonly Extract[],
): Handler {
  const message = { kind: kind as HandledKind, name };
  return (instance, payload, context) =>
    (instance as Record<string, Method>)[method]!(
      ...inOrder(
        parameters,
        extract.map((value) => value([payload, context, message])),
      ),
    );
}

/** The guards, interceptors, pipes and filters around one handler, in Nest's order. */
class EnhancedHandler {
  private readonly message: NoexArguments[2];

  constructor(
    private readonly type: Type,
    private readonly method: Method,
    { kind, name }: HandlerDefinition,
    private readonly parameters: readonly Parameter[],
    private readonly extract: readonly Extract[],
    private readonly pipes: readonly (readonly PipeTransform[])[],
    private readonly bound: BoundEnhancers,
  ) {
    this.message = { kind: kind as HandledKind, name };
  }

  readonly run: Handler = async (instance, payload, context) => {
    const args: NoexArguments = [payload, context, this.message];
    let ran = false;
    const handle = async () => {
      const values = await this.values(args);
      ran = true;
      return this.method.apply(instance, values);
    };
    try {
      return await settled(this.intercepted(instance, args, handle));
    } catch (error) {
      try {
        return await settled(this.caught(error, args));
      } catch (final) {
        throw ran ? final : rejection(final);
      }
    }
  };

  private async intercepted(
    instance: object,
    args: NoexArguments,
    handle: () => Promise<unknown>,
  ): Promise<unknown> {
    const { guards, interceptors } = this.bound;
    if (
      !(await guardsConsumer.tryActivate(
        guards as never,
        args as never,
        instance,
        this.method,
        NOEX_CONTEXT_TYPE,
      ))
    ) {
      throw new ForbiddenException(FORBIDDEN_MESSAGE);
    }
    return interceptorsConsumer.intercept(
      interceptors as never,
      args as never,
      instance,
      this.method,
      handle,
      NOEX_CONTEXT_TYPE,
    );
  }

  private async values(args: NoexArguments): Promise<unknown[]> {
    const values = this.parameters.map(async ({ kind, data, metatype, schema }, i) => {
      const type = kind === 'payload' ? ParameterKind.Payload : kind;
      const metadata = { metatype, type, data, schema } as never;
      const value = this.extract[i]!(args);
      return this.pipes[i]!.length === 0 ? value : pipesConsumer.apply(value, metadata, [...this.pipes[i]!]);
    });
    return inOrder(this.parameters, await Promise.all(values));
  }

  private caught(error: unknown, args: NoexArguments): unknown {
    const host = new ExecutionContextHost([...args], this.type, this.method);
    host.setType(NOEX_CONTEXT_TYPE);
    // A payload that breaks its class' rules is answered with the rules it breaks, unless a filter is bound for that.
    return this.bound.filters.next(error as never, host);
  }
}

/** An interceptor or a filter may answer with an Observable; its last value counts. */
async function settled(result: unknown): Promise<unknown> {
  const value = await result;
  return isObservable(value) ? lastValueFrom(value, { defaultValue: undefined }) : value;
}

/** The handler did not run, so the process goes on as it was, whatever kind of message it is. */
function rejection(error: unknown): MessageRejected {
  if (error instanceof MessageRejected) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new MessageRejected(message, [], { cause: error ?? new Error('rejected') });
}

type Extract = (args: NoexArguments) => unknown;

function extractor(type: Type, method: Method, { kind, data, metatype, factory }: Parameter): Extract {
  if (kind === 'context') return ([, context]) => context;
  if (kind === 'custom') {
    return (args) => {
      const host = new ExecutionContextHost([...args], type, method);
      host.setType(NOEX_CONTEXT_TYPE);
      return factory!(data, host);
    };
  }
  if (typeof data === 'string') {
    return ([payload]) =>
      typeof payload === 'object' && payload !== null
        ? (payload as Record<string, unknown>)[data]
        : undefined;
  }
  const validate = payloadValidator(metatype);
  return validate ? ([payload]) => validate(payload) : ([payload]) => payload;
}

/** The context of a process is not data: no pipe changes it. */
function pipesFor({ kind, pipes }: Parameter, bound: BoundEnhancers | undefined): readonly PipeTransform[] {
  return bound && kind !== 'context' ? [...bound.pipes, ...bound.parameterPipes(pipes)] : [];
}

function inOrder(parameters: readonly Parameter[], values: readonly unknown[]): unknown[] {
  const ordered: unknown[] = [];
  parameters.forEach(({ index }, i) => (ordered[index] = values[i]));
  return ordered;
}
