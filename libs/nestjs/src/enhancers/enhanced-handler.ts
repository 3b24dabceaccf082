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
import type { BehaviorDefinition, HandlerDefinition } from '../behavior/behavior-metadata.js';
import { validatorOf, type Validator } from '../behavior/payload-validation.js';
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
  { type, options }: Pick<BehaviorDefinition, 'type' | 'options'>,
  definition: HandlerDefinition,
  find: (method: string) => BoundEnhancers,
): Handler {
  const { parameters, decorated } = parametersOf(type, definition.method);
  const method = (type.prototype as Record<string, Method>)[definition.method]!;
  const check =
    options.validate === false ? undefined : validatorOf(definition.schema ?? wholeType(parameters));
  const bound = SENT.has(definition.kind) ? find(definition.method) : undefined;
  const pipes = parameters.map((parameter) => pipesFor(parameter, bound));
  const isBound = bound && (bound.guards.length > 0 || bound.interceptors.length > 0 || bound.hasFilters);
  if (isBound || pipes.some(({ length }) => length > 0)) {
    return new EnhancedHandler(type, method, definition, parameters, check, pipes, bound!).run;
  }
  const run = decorated ? decoratedHandler(type, method, definition, parameters) : plainHandler(definition);
  return check ? checkedHandler(check, run) : run;
}

/** The declared type of the whole payload. */
function wholeType(parameters: readonly Parameter[]): unknown {
  return parameters.find(({ kind, data }) => kind === 'payload' && data === undefined)?.metatype;
}

/** `(payload, ctx)`. */
function plainHandler({ method }: HandlerDefinition): Handler {
  type Instance = Record<string, Method>;
  return (instance, payload, context) => (instance as Instance)[method]!(payload, context);
}

function decoratedHandler(
  type: Type,
  method: Method,
  { kind, name }: HandlerDefinition,
  parameters: readonly Parameter[],
): Handler {
  const message = { kind: kind as HandledKind, name };
  return (instance, payload, context) => {
    const args: NoexArguments = [payload, context, message];
    const values = parameters.map((parameter) => extract(parameter, args, type, method));
    return method.apply(instance, inOrder(parameters, values));
  };
}

function checkedHandler(check: Validator, run: Handler): Handler {
  return (instance, payload, context) => {
    const checked = check(payload);
    return checked instanceof Promise
      ? checked.then((value: unknown) => run(instance, value, context))
      : run(instance, checked, context);
  };
}

/** The guards, interceptors, pipes and filters around one handler, in Nest's order. */
class EnhancedHandler {
  private readonly message: NoexArguments[2];

  constructor(
    private readonly type: Type,
    private readonly method: Method,
    { kind, name }: HandlerDefinition,
    private readonly parameters: readonly Parameter[],
    private readonly check: Validator | undefined,
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

  /** The checks of the payload come before its pipes. */
  private async values([payload, context, message]: NoexArguments): Promise<unknown[]> {
    const checked = this.check ? await this.check(payload) : payload;
    const args: NoexArguments = [checked, context, message];
    const values = this.parameters.map(async (parameter, i) => {
      const { kind, data, metatype, schema } = parameter;
      const value = extract(parameter, args, this.type, this.method);
      const pipes = this.pipes[i]!;
      if (pipes.length === 0) return value;
      const metadata = { metatype, type: kind === 'payload' ? ParameterKind.Payload : kind, data, schema };
      return pipesConsumer.apply(value, metadata as never, [...pipes]);
    });
    return inOrder(this.parameters, await Promise.all(values));
  }

  private caught(error: unknown, args: NoexArguments): unknown {
    return this.bound.filters.next(error as never, contextOf(args, this.type, this.method));
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

/** What a parameter gets before its pipes. */
function extract(
  { kind, data, factory }: Parameter,
  args: NoexArguments,
  type: Type,
  method: Method,
): unknown {
  if (kind === 'context') return args[1];
  if (kind === 'custom') return factory!(data, contextOf(args, type, method));
  const [payload] = args;
  if (typeof data !== 'string') return payload;
  return typeof payload === 'object' && payload !== null
    ? (payload as Record<string, unknown>)[data]
    : undefined;
}

function contextOf(args: NoexArguments, type: Type, method: Method): ExecutionContextHost {
  const host = new ExecutionContextHost([...args], type, method);
  host.setType(NOEX_CONTEXT_TYPE);
  return host;
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
