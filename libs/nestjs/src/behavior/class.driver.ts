import {
  DEFAULT_SHUTDOWN_MS,
  NO_HANDLER,
  type BehaviorDriver,
  type ProcessCell,
  type ProcessContext,
} from '@noex/runtime';
import type { ExitReason } from '@noex/contracts';
import type { Handler } from '../enhancers/enhanced-handler.js';
import type { BehaviorDefinition, HandlerDefinition } from './behavior-metadata.js';
import type { InstanceFactory } from './instance.factory.js';
import { validatorOf } from './payload-validation.js';

export interface LifeCycleMethods {
  init?(args: unknown, context: ProcessContext): unknown;
  terminate?(reason: ExitReason, context: ProcessContext): unknown;
  onDrain?(context: ProcessContext): unknown;
}

/** Runs a behavior class: the state of a process is an instance. */
export function classDriver(
  definition: BehaviorDefinition,
  create: InstanceFactory,
  compile: (handler: HandlerDefinition) => Handler,
): BehaviorDriver {
  const table = (kind: HandlerDefinition['kind']) =>
    new Map(definition.handlers.filter((h) => h.kind === kind).map((h) => [h.name, compile(h)]));
  const calls = table('call');
  const casts = table('cast');
  const infos = table('info');
  const down = [...table('down').values()][0];
  const prototype = definition.type.prototype as LifeCycleMethods;
  const dispatch =
    (handlers: Map<string, Handler>) => (cell: ProcessCell, name: string, payload: unknown) => {
      const handler = handlers.get(name);
      return handler ? handler(cell.state as object, payload, cell.context) : NO_HANDLER;
    };
  const checkArgs = argumentsValidator(definition);
  const begin = (cell: ProcessCell, instance: LifeCycleMethods, args: unknown): unknown => {
    cell.state = instance;
    const init = (checked: unknown) => instance.init?.(checked, cell.context);
    return checkArgs ? checkArgs(args, init) : init(args);
  };

  return {
    name: definition.name,
    crashOnCallError: definition.options.crashOnCallError ?? false,
    shutdownMs: definition.options.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    ...(definition.options.mailbox && { mailbox: definition.options.mailbox }),
    followed: definition.options.followed ?? true,
    init(cell, args) {
      const instance = create();
      return instance instanceof Promise
        ? instance.then((made: object) => begin(cell, made, args))
        : begin(cell, instance, args);
    },
    call: dispatch(calls),
    cast: dispatch(casts),
    info: dispatch(infos),
    down: (cell, news) => (down ? down(cell.state as object, news, cell.context) : NO_HANDLER),
    terminate:
      prototype.terminate &&
      ((cell, reason) => (cell.state as Required<LifeCycleMethods>).terminate(reason, cell.context)),
    ...(prototype.onDrain && {
      drain: (cell: ProcessCell) => (cell.state as Required<LifeCycleMethods>).onDrain(cell.context),
    }),
  };
}

/** The check of a spawn's arguments that a behavior declares; `init` runs with what it gives. */
export function argumentsValidator({
  options,
}: BehaviorDefinition): ((args: unknown, init: (checked: unknown) => unknown) => unknown) | undefined {
  const check = validatorOf(options.args, 'spawn argument');
  if (!check) return undefined;
  return (args, init) => {
    const checked = check(args);
    return checked instanceof Promise ? checked.then(init) : init(checked);
  };
}
