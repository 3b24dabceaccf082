import { anyAsync } from '../activity.js';
import type { BehaviorDriver } from '../behavior.js';
import { DEFAULT_SHUTDOWN_MS } from '../plain-behavior.js';
import type { MachineHandler, StateTable } from './machine-definition.js';
import { machineDriver } from './machine.driver.js';
import type { AnyState, EventHandlers, StateDefinition, StateMachine } from './state-machine.js';
import { keep, Transition } from './transition.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- machines with data and arguments of their own types */
/** Runs a state machine written in the functional form. */
export function stateMachineDriver(machine: StateMachine<any, any>): BehaviorDriver {
  const { any = {}, handleDown, terminate } = machine as StateMachine<any, any>;
  /* eslint-enable @typescript-eslint/no-explicit-any */
  const down: MachineHandler | undefined =
    handleDown && ((news, data, context) => handleDown(news as never, data, context));
  const states = Object.entries<StateDefinition<string, unknown>>(machine.states);
  return machineDriver({
    name: machine.name,
    crashOnCallError: machine.crashOnCallError ?? false,
    shutdownMs: machine.shutdownMs ?? DEFAULT_SHUTDOWN_MS,
    ...(machine.mailbox && { mailbox: machine.mailbox }),
    followed: anyAsync([
      machine.init,
      handleDown,
      terminate,
      ...[any, ...Object.values(machine.states)].flatMap(functionsOf),
    ]),
    states: new Map(states.map(([name, state]) => [name, stateTable(state, any, down)])),
    init: (args, context) => machine.init(args, context),
    decided(returned) {
      if (returned === undefined) return keep();
      if (returned instanceof Transition) return returned;
      throw new TypeError(
        `a handler of state machine "${machine.name}" must return next(), keep(), postpone() or nothing`,
      );
    },
    terminate: terminate && ((reason, data, context) => terminate(reason, data, context)),
  });
}

function stateTable(
  state: StateDefinition<string, unknown>,
  any: AnyState<string, unknown>,
  down: MachineHandler | undefined,
): StateTable {
  const { enter } = state;
  const timeout = (name: 'timeout' | 'eventTimeout'): MachineHandler | undefined => {
    const handler = state[name] ?? any[name];
    return handler && ((_state, data, context) => handler(data, context));
  };
  return {
    call: handlers(any.call, state.call),
    cast: handlers(any.cast, state.cast),
    info: handlers(any.info, state.info),
    down,
    enter: enter && ((from, data, context) => enter(data, context, from as string | undefined)),
    stateTimeout: timeout('timeout'),
    eventTimeout: timeout('eventTimeout'),
  };
}

function functionsOf({ call, cast, info, ...single }: StateDefinition<string, unknown>): unknown[] {
  return [call, cast, info, single].flatMap((functions) => Object.values(functions ?? {}));
}

/** The state's own handlers over those of any state. */
function handlers(
  any: EventHandlers<string, unknown> = {},
  own: EventHandlers<string, unknown> = {},
): Map<string, MachineHandler> {
  return new Map([...Object.entries(any), ...Object.entries(own)]);
}
