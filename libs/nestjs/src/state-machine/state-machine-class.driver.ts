import {
  DEFAULT_SHUTDOWN_MS,
  machineDriver,
  Transition,
  type BehaviorDriver,
  type MachineContext,
  type MachineHandler,
  type ProcessCell,
  type StateTable,
} from '@noex/runtime';
import type { BehaviorDefinition, HandlerDefinition } from '../behavior/behavior-metadata.js';
import { argumentsValidator, type LifeCycleMethods } from '../behavior/class.driver.js';
import type { Handler } from '../enhancers/enhanced-handler.js';
import type { InstanceFactory } from '../behavior/instance.factory.js';

interface CompiledHandler extends HandlerDefinition {
  readonly run: MachineHandler;
}

/** Runs a behavior class with `@StateMachine`: the data of a process' machine is an instance. */
export function stateMachineClassDriver(
  definition: BehaviorDefinition,
  create: InstanceFactory,
  compile: (handler: HandlerDefinition) => Handler,
): BehaviorDriver {
  const { initial, states } = definition.machine!;
  const handlers = definition.handlers.map((handler): CompiledHandler => {
    const call = compile(handler);
    return { ...handler, run: (payload, instance, context) => call(instance as object, payload, context) };
  });
  const checkArgs = argumentsValidator(definition);
  const begin = (instance: LifeCycleMethods, args: unknown, context: MachineContext): unknown => {
    const first = () => {
      const { state = initial, postpone, timeoutMs, eventTimeoutMs } = context.requested(undefined);
      return new Transition(state, instance, false, undefined, postpone, timeoutMs, eventTimeoutMs);
    };
    const init = (checked: unknown) => instance.init?.(checked, context);
    const begun = checkArgs ? checkArgs(args, init) : init(args);
    return begun instanceof Promise ? begun.then(first) : first();
  };

  const driver = machineDriver({
    name: definition.name,
    crashOnCallError: definition.options.crashOnCallError ?? false,
    shutdownMs: definition.options.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    ...(definition.options.mailbox && { mailbox: definition.options.mailbox }),
    followed: definition.options.followed ?? true,
    states: new Map(states.map((state) => [state, stateTable(state, handlers)])),
    init(args, context) {
      const instance = create();
      return instance instanceof Promise
        ? instance.then((made: object) => begin(made, args, context))
        : begin(instance, args, context);
    },
    decided: (reply, context) => context.requested(reply),
    terminate:
      (definition.type.prototype as LifeCycleMethods).terminate &&
      ((reason, instance, context) => (instance as Required<LifeCycleMethods>).terminate(reason, context)),
  });
  if (!(definition.type.prototype as LifeCycleMethods).onDrain) return driver;
  const instance = (cell: ProcessCell) => (cell.state as { data: Required<LifeCycleMethods> }).data;
  return { ...driver, drain: (cell) => instance(cell).onDrain(cell.context) };
}

function stateTable(state: string, handlers: readonly CompiledHandler[]): StateTable {
  // The state's own come last, so that they win.
  const here = [
    ...handlers.filter(({ states }) => states.length === 0),
    ...handlers.filter(({ states }) => states.includes(state)),
  ];
  const table = (kind: HandlerDefinition['kind']) =>
    new Map(here.filter((h) => h.kind === kind).map((h) => [h.name, h.run]));
  const single = (kind: HandlerDefinition['kind']) => here.findLast((h) => h.kind === kind)?.run;
  return {
    call: table('call'),
    cast: table('cast'),
    info: table('info'),
    down: single('down'),
    enter: single('enter'),
    stateTimeout: single('state_timeout'),
    eventTimeout: single('event_timeout'),
  };
}
